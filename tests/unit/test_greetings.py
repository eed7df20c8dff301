"""By which name people are greeted."""

import pytest

from storage.text.greetings import choose_greeting

GREETINGS = [
    ("von Arx Beat", "beat.vonarx@x.example", "Beat"),
    ("Anne", "anne@x.example", "Anne"),
    ("amartin", "amartin@x.example", ""),
    ("Dupont J", "", ""),
    ("DUPONT Jean-Marc", "", "Jean-Marc"),
    ("svc_carnet", "svc_carnet@x.example", ""),
    ("Martin, Anne (Paris)", "", "Anne"),
    ("Dr. Sofia Meier", "", "Sofia"),
    ("Anne Martin", "", "Anne"),
    ("Dr. Meier", "", ""),
    ("J. Roe", "", ""),
    ("Reception Paris", "", ""),
    ("Martin Anne", "anne.martin@x.example", "Anne"),
    ("MARTIN Anne", "anne.martin@x.example", "Anne"),
    ("Anne", "", "Anne"),
    ("", "", ""),
    ("王小明", "", ""),
    ("J.D. Smith", "", ""),
    ("Smith, J.D.", "", ""),
    ("Prof. Dr. iur. Hans Müller, LL.M.", "", "Hans"),
    ("Jean-Pierre Dupont", "", "Jean-Pierre"),
    ("LE GOFF Yann", "yann@x.example", "Yann"),
    ("van der Berg, Jan", "", "Jan"),
    ("Admin", "", ""),
    ("İBRAHİM ÇELİK", "", "İbrahim"),
    ("O'Brien, Sean (EXT)", "", "Sean"),
    ("Me Dupont", "", ""),
    ("Maître Anne Martin", "", "Anne"),
    ("Accueil", "", ""),
    ("[EXT] Roe, Jane", "", "Jane"),
    ("Frau Dr. Sofia Meier", "", "Sofia"),
    ("Service Desk", "", ""),
    ("Roe, Jane, Partner", "", "Jane"),
    ("Jane Roe (she/her)", "", "Jane"),
    ("anne.martin@lex.example", "anne.martin@lex.example", "Anne"),
    ("Team Litigation", "", ""),
    ("Le Goff Yann", "", ""),
    ("12345", "", ""),
    ("Keller Ruth", "", ""),
    ("KELLER Ruth", "", "Ruth"),
    ("Gwendal Martin", "gwendal.martin@x.example", "Gwendal"),
    ("Marie Sallé", "salle.marie@x.example", "Marie"),
    ("Dubois Claire", "cdubois@x.example", "Claire"),
    ("Berg Anna-Lena", "anna-lena.berg@x.example", "Anna-Lena"),
]


@pytest.mark.parametrize(("name", "address", "greeting"), GREETINGS)
def test_the_first_name_is_greeted_or_none(name, address, greeting):
    assert choose_greeting(name, address) == greeting
