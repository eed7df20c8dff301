# ruff: noqa: RUF001  # letters that look alike are the matter here
import pytest

from storage.text.addresses import parse_address
from storage.text.machines import find_machine

MACHINES = {
    "no_reply": """
        noreply@acme.com no-reply@acme.com no_reply@acme.com no.reply@acme.com donotreply@acme.com do-not-reply@acme.com
        github-noreply@acme.com noreply-billing@acme.com calendar-noreply@google.com NoReply@Acme.com noreply+x@acme.com
        ne-pas-repondre@acme.fr nepasrepondre@acme.fr ne_pas_repondre@acme.fr ne.pas.repondre@acme.fr
        pasdereponse@acme.fr nicht-antworten@acme.de keine-antwort@acme.de no-responder@acme.es non-rispondere@acme.it
        john@users.noreply.github.com
    """,
    "bounce": """
        mailer-daemon@acme.com MAILER-DAEMON@acme.com postmaster@acme.com bounce@acme.com bounces@acme.com
        bounces+123-john=acme.com@sendgrid.example bounce-123_HTML@acme.com msprvs1=abc=bounces@acme.com
        prvs=1234567890=john@acme.com srs0=abc=de=acme.com=john@relay.example list+john=acme.com@lists.example
    """,
    "mailing_list": """
        linux-kernel@vger.kernel.org owner-list@acme.com majordomo@acme.com listserv@acme.com dev-request@acme.com
        announce-bounces@acme.com partners-list@acme.com gcc-patches@gcc.gnu.org project-devel@acme.com
        all-users@acme.com anything@lists.acme.com anything@list.acme.com anything@googlegroups.com anything@groups.io
        anything@yahoogroups.com litigation-team@acme.com partners-all@acme.com equipe-tous@acme.fr sympa@acme.fr
        confirm-s2-abc@yahoogroups.com anything@lists.freedesktop.org
    """,
    "robot": """
        notifications@github.com notification@acme.com jira-notifications@acme.com newsletter@acme.com
        weekly-newsletter@acme.com alerts@acme.com build-bot@acme.com bot@kernelci.org calendar@acme.com
        invitations@acme.com abc@group.calendar.google.com infolettre@acme.fr auto-reply@acme.com
    """,
    "resource": "room-4@acme.com meetingroom.paris@acme.com conference-room@acme.com salle-12@acme.fr",
    "role": """
        info@acme.com infos@acme.fr contact@acme.com office@acme.com support@acme.com sales@acme.com billing@acme.com
        hr@acme.com rh@acme.fr admin@acme.com accounts@acme.com invoices@acme.com secretariat@acme.fr accueil@acme.fr
        comptabilite@acme.fr facturation@acme.fr recrutement@acme.fr kontakt@acme.de buchhaltung@acme.de hello@acme.com
        webmaster@acme.com abuse@acme.com customer.service@acme.com service-client@acme.fr sales-uk@acme.com
        support2@acme.com jobs@acme.com privacy@acme.com helpdesk@acme.com etude@acme.fr greffe@acme.fr
    """,
}

PEOPLE = """
    john.doe@acme.com jdoe@acme.com anne@acme.com marie-claire.dupont@acme.fr o'brien@acme.ie john@mail.acme.com
    frowand.list@gmail.com infantino@acme.com officer@acme.com supportive@acme.com hrbacek@acme.cz user@list.ru
    noreen.reply@acme.com bounceley@acme.com john.sales@acme.com jean.salle@acme.fr robot.smith@acme.com
    alistair@acme.com listova@acme.ru team.leader@acme.com devon@acme.com ben-linux@acme.org linus@acme.org
    penguin-kernel@i-love.sakura.ne.jp dev@kresin.example jason@team.telstra.com
    john+list@acme.com rommel@acme.de roomer@acme.com calendario.rossi@acme.it adminov@acme.ru newsome@acme.com
"""


NAMED_PEOPLE = [
    ("", "linux_linux_2003@a.example"),
    ("Rahul Dev Burman", "rahul-dev@a.example"),
    ("Ed Salle", "ed@a.example"),
    ("Ewan Scott Sales", "ewan-sales@a.example"),
    ("Thomas Ravel", "t.ravel@a.example"),
    ("Hans-Rudolf Meier", "hr.meier@a.example"),
    ("João Sales", "joao_sales@a.example"),
    ("Kapil Dev", "kapil-dev@a.example"),
    ("Jan Bot", "jan_bot@a.example"),
    ("Marie Sallé", "salle.marie@a.example"),
    ("SALLÉ Marie", "salle.marie@a.example"),
    ("Peter List", "peter-list@a.example"),
    ("Anna Office", "anna.office@a.example"),
    ("Jane Roe", "jane@gong.io"),
    ("Jane Roe", "jane.roe@fireflies.ai"),
    ("", "t.ravel@a.example"),
    ("Salim Upport", "s.upport@a.example"),
    ("Ian Nfo", "i.nfo@a.example"),
    ("Anne Dmin", "a.dmin@a.example"),
    ("Jo Bounce", "bounce.jo@a.example"),
    ("Paul Talk", "paul-talk@a.example"),
    ("Sales, João", "joao_sales@a.example"),
    ("Jean Leave", "leave.jean@a.example"),
    ("Re Mi", "re.mi@a.example"),
    ("Jane Roe", "jane@slack.com"),
    ("Dr. Thomas Ravel", "t.ravel@a.example"),
    ("Ravel, Thomas", "t.ravel@ravel.example"),
    ("Roger Obot", "r.obot@a.example"),
    ("Noah Tify", "noah_tify@a.example"),
    ("Sam Upport", "s.upport@gmail.com"),
    ("", "ab12cd34ef56ab12cd34ef56@privaterelay.appleid.com"),
    ("Jane Doe via Legal", "jane.doe@a.example"),
    ("Salle Marie", "salle.marie@a.example"),
    ("Fred Salle", "fred.salle@a.example"),
    ("Rita Parking", "parking.rita@a.example"),
    ("Jean Parking", "j.parking@a.example"),
    ("Maria Info", "maria_info@a.example"),
    ("Otto Team", "otto-team@a.example"),
    ("Pierre Admin", "pierre_admin@a.example"),
    ("Franka Daemon", "franka_daemon@a.example"),
    ("Contracts via Klara Lang", "klara.lang@a.example"),
]

NAMED_MACHINES = [
    ("", "audit.group@a.example"),
    ("", "m32r-ja@ml.a.example"),
    ("Contracts Team", "contracts.team@a.example"),
    ("Team Legal", "team-legal@a.example"),
    ("Legal EMEA", "legal.emea@a.example"),
    ("Zoom AI Companion", "ai@zoom.us"),
    ("Scan to mail", "scan2mail@a.example"),
    ("Xerox WorkCentre 7835", "copier2@a.example"),
    ("Firmenwagen VW Golf", "golf@a.example"),
    ("", "hr@a.example"),
    ("HR", "hr@a.example"),
    ("Sales", "sales@a.example"),
    ("Build Bot", "build-bot@a.example"),
    ("Acme Sales", "acme-sales@acme.example"),
    ("", "info@a.example"),
    ("Partners List", "partners-list@a.example"),
    ("Salle 12", "salle-12@a.example"),
    ("", "12345678@bcc.hubspot.com"),
    ("", "emailtosalesforce@1-abc.le.salesforce.com"),
    ("", "emailtosalesforce@foo.example"),
    ("", "matter+1@maildrop.clio.com"),
    ("", "abc@emea.teams.ms"),
    ("", "reply+ab@reply.github.com"),
    ("", "unsubscribe-a1@a.example"),
    ("", "fred@fireflies.ai"),
    ("Paul's Notetaker (Otter.ai)", "x@otter.ai"),
    ("Paul's Notetaker (Otter.ai)", "paul@a.example"),
    ("", "123@zoomcrc.com"),
    ("", "unknownorganizer@calendar.google.com"),
    ("Salle Turing (12 p.)", "salle.turing@a.example"),
    ("Paris - Salle 4", "salle4paris@a.example"),
    ("Genève - Salle Léman", "leman.ge@a.example"),
    ("Lausanne / Salle Léman", "leman@a.example"),
    ("London - Meeting Room 3.1", "lon31@a.example"),
    ("London | Boardroom", "lonboard@a.example"),
    ("FRA - Konferenzraum Main", "main@a.example"),
    ("Frankfurt - Besprechungsraum 3", "fra3@a.example"),
    ("Milano - Sala Verdi", "milano-verdi@a.example"),
    ("Munich - Room Isar", "isar@a.example"),
    ("Salle Turing (12 p.)", "turing@a.example"),
    ("Turing [8 seats]", "turing@a.example"),
    ("Meeting Room 4", "mr4@a.example"),
    ("Besprechungsraum Alpha", "alpha@a.example"),
    ("'Jane Doe' via Contracts", "contracts@a.example"),
    ("'Jane Doe' via Deal Team", "dealteam1@a.example"),
    ("Fireflies.ai Notetaker", "x@a.example"),
    ("Read.ai meeting notes", "x@read.ai"),
    ("", "reply-1a2b3c@a.example"),
    ("", "3f2a9c1b7d8e4f5a6b7c8d9e@a.example"),
    ("", "15551234567@efax.com"),
    ("", "x@acme.zendesk.com"),
    ("", "bounces+123-john=acme.com@sendgrid.example"),
    ("Litigation Team", "litigation-team@a.example"),
    ("HR Meier", "hr.meier@a.example"),
    ("João Sales", "sales@a.example"),
    ("Hans Rudolf", "hr@a.example"),
    ("", "noreply@a.example"),
    ("Nora Reply", "noreply@a.example"),
    ("Support John", "support.john@a.example"),
    ("", "posta-certificata@pec.aruba.it"),
    ("", "12@acme.webex.com"),
    ("Conf. Room Paris", "paris@a.example"),
    ("London Office", "london_office@a.example"),
    ("TURING ROOM (10)", "r@a.example"),
    ("Info Desk", "info-desk@a.example"),
    ("Team Sales", "team-sales@a.example"),
    ("", "ecf@nysd.uscourts.gov"),
    ("Renovate Bot", "renovate-bot@a.example"),
    ("Salle Turing", "salle.turing@a.example"),
    ("Markus Frei", "post@a.example"),
    ("Laura Ferrari", "studio@a.example"),
    ("Mary Smith", "partners@a.example"),
    ("Klara Lang (via Verteiler Recht)", "verteiler-recht@a.example"),
    ("", "office.zurich@a.example"),
    ("", "rightfax@a.example"),
    ("", "fax2mail@a.example"),
    ("", "crm-dropbox@a.example"),
    ("", "e2c-abc123@a.example"),
    ("", "conveyancing@a.example"),
]


SURNAMES_OF_THINGS = """
Ada Accueil <accueil.ada@x.example>; Pietro Sala <sala.pietro@x.example>; Pietro Sala <psala@x.example>
Giulia Sala <sala@x.example>; Ruth Saal <ruth.saal@x.example>; Ruth Saal <saal@x.example>
Lily Hall <hall.lily@x.example>; Harry Bott <bott@x.example>; Franz List <franz.list@x.example>
Franz List <f.list@x.example>; Kees Zaal <k.zaal@x.example>; Franz List <list.franz@x.example>; <franz.list@x.example>
Mary Otter <otter@x.example>; Tom Grain <tom.grain@x.example>; Paul Fellow <paul.fellow@x.example>
Jamie Reed <jamie@x.example>; Wei Gong <wei.gong@x.example>; Luc Bureau <bureau.luc@x.example>
Nina Zimmer <zimmer@x.example>; Karl Raum <karl.raum@x.example>; Alice Room <alice.room@x.example>
Lars Beamer <lars.beamer@x.example>; Hugo Boardman <hugo.boardman@x.example>; Otto Wagen <otto.wagen@x.example>
Max Verteiler <max.verteiler@x.example>; D. L. Moss <dl.moss@x.example>; Dora Lund <dl.zurich@x.example>
Lucy Notes <lucy.notes@x.example>; Tess Meeting <tess.meeting@x.example>; Jane Hall (4th floor) <jane.hall@x.example>
P. Sala <p.sala@x.example>; Blanca Sala <blanca.sala@x.example>; Hall, Lily <lh@x.example>
Van Nguyen <van.nguyen@x.example>; Max Saal <max.saal@x.example>; Jane Roe <12345678@x.example>; <12345678@qq.com>
<dl.x@gmx.ch>
Sven Halle <sven.halle@x.example>; Sven Halle <halle@x.example>; Ian Booth <booth@x.example>
Ian Booth <ian.booth@x.example>; Cherie Booth <booth.cherie@x.example>; Chris Parking <chris.parking@x.example>
Amy Lounge <a.lounge@x.example>; Oliver Theatre <oliver.theatre@x.example>; Lise Liste <lise.liste@x.example>
Jean Listes <j.listes@x.example>; Giulio Tutti <giulio.tutti@x.example>; Paolo Tutti <ptutti@x.example>
Dirk Dl <dirk.dl@x.example>; Dorothea Lang <dl@x.example>; Ugo Notaio <ugo.notaio@x.example>
Ugo Notaio <notaio.ugo@x.example>; Tim Steuer <tim.steuer@x.example>; Tim Steuer <steuer.tim@x.example>
Fay Press <fay.press@x.example>; Fay Press <press.fay@x.example>; Paul Clerk <paul.clerk@x.example>
Paul Clerk <pclerk@x.example>; Art Director <art.director@x.example>; Noreen Ply <noreenply@x.example>
Jamie Gong <jamie.gong@x.example>; Sally Fellow <sally.fellow@x.example>; Adam Wave <adam.wave@x.example>
Saal, Dr. Ruth <ruth.saal@x.example>; SALA Pietro <pietro.sala@x.example>; Zaal, Kees <k.zaal@x.example>
Kees van Zaal <kees.vanzaal@x.example>; Hall, Sir Peter <peter.hall@x.example>
Rebecca Hall QC <rebecca.hall@x.example>; Jane Hall (she/her) <jane.hall@x.example>
Jane Hall | Tarrant <jane.hall@x.example>; Bureau, Anne-Lise <al.bureau@x.example>
Anne-Lise Bureau <al.bureau@x.example>; Martin Etude <martin.etude@x.example>; Yves Accueil <yves.accueil@x.example>
Accueil, Yves <y.accueil@x.example>; <anna.sala@x.example>; <l.hall@x.example>; <alleyne@x.example>
<toussaint@x.example>; <j2m@x.example>; <x4y7@x.example>; <u123456@x.example>; Xylia Roe <u123456@x.example>
Mei Lin <871234567@qq.com>
<salles.joao@x.example>; Jane Roe <jane.roe@conf.x.example>; Al Staff <al.staff@x.example>
Hall Pia <pia.hall@x.example>
HALL Karen <karen@x.example>; ZIMMER Helmuth <zimmer@x.example>; HALL Tanner <thall@x.example>
Alla Niemeier <alla@x.example>
Hall Xylia <xylia.hall@x.example>; Xylia Quor - Copilot lead <xylia.quor@x.example>
Xylia Quor Group GC <xylia.quor@x.example>; Xylia Quor (Room 4) <xylia.quor@x.example>
Xylia Quor, Legal Team <xylia.quor@x.example>; Studio Brandi - Paola Brandi <paola.brandi@x.example>
"""

GROUPS_ROOMS_AND_PROGRAMMES = """
<pin+987@chime.aws>; <monday@nudgemail.com>; <2weeks@followupthen.com>; <ada.zz9@sync.omnigroup.com>
Ada <77-x@guest.booking.com>; <conv.7@helpscoutapp.com>; <x1@in.todoist.com>; <clara@claralabs.com>
<ricoh-7@x.example>; <xerox_3f2@x.example>; <canon-mfp2@x.example>; <mfp12@x.example>; <hp-4015@x.example>
<contracts+unsubscribe@x.example>; <board+owners@x.example>; <deals+bncXYZ12@x.example>
<dl-litigation@x.example>; DL Litigation <dl_litigation@x.example>; <dl.paris.partners@x.example>
<grp_finance@x.example>; <verteiler@x.example>; Verteiler Vorstand <verteiler.vorstand@x.example>
<liste.rh@x.example>; <lista.soci@x.example>; <tutti@x.example>; <alle@x.example>
Alle Mitarbeiter <alle.mitarbeiter@x.example>; <everyone@x.example>; <all-staff@x.example>; <all.lawyers@x.example>
<tous@x.example>; <todos@x.example>; <iedereen@x.example>; <allemedewerkers@x.example>; <team-ma@x.example>
<equipe.fiscale@x.example>; <groupe-ip@x.example>; <partners.list@x.example>; Partners List <partners.list@x.example>
Etude Martin <etude.martin@x.example>; <etude.martin@x.example>; Besprechung OG3 <besprechung.og3@x.example>
<buero@x.example>; Büro Keller <buero.keller@x.example>; <kantoor@x.example>; <cancelleria@x.example>
Sala Dante (posti 14) <sala.dante@x.example>; Sala Goya (12 personas) <goya@x.example>
Großer Saal <grosser.saal@x.example>; Kleiner Saal <saal2@x.example>; Boardroom <br@x.example>
Grosser Sitzungssaal <sitzungssaal@x.example>; Focus Room 1 <focus1@x.example>; Focus Room Thames <thames@x.example>
Konferenzraum <isar@x.example>; Mediationsraum Nord <nord@x.example>; Besprechungszimmer <bz@x.example>
Salle de réunion 3e <r3@x.example>; Petite salle <petite.salle@x.example>; Grande salle 2e étage <gs@x.example>
Auditorium <auditorium@x.example>; Phone Booth 3 <b3@x.example>; Telefonzelle 2 <t2@x.example>
Cabine téléphonique 1 <c1@x.example>; Vergaderkamer 2 <vk2@x.example>; Zaal Vermeer (8p) <vermeer@x.example>
Beamer 2 <beamer2@x.example>; Coche de empresa <coche@x.example>; MR-LON-04-Thames (12) <mr-lon-04@x.example>
<conf-par-312@x.example>; Raum Zugspitze <zugspitze@x.example>; Training Centre <tc@x.example>
Library (1st floor) <lib@x.example>; Hot desk 14 <desk14@x.example>; Gong <recorder@gong.io>
Gong Recorder <x@x.example>; Ada's Notes <bot@x.example>; KI-Protokollant <p@x.example>; tl;dv <x@x.example>
Grain AI <x@x.example>; sally.ai <x@x.example>; (212) 555-0143 <12125550143.13475550199.ab@txt.voice.google.com>
<123456@firm.call.sl>; <123456789@lifesize.com>; <1234567890@bluejeans.com>; <24668888@webex.com>
Einwahl <+4144999@dialin.x.example>; <7f3a@netdocuments.com>; <44223311@x.example>
<0100018abc1234-ab12cd34-1234-4321-aaaa-1234567890ab-000000@x.example>; <1axb9c7d3e5f1a2b3c4d@x.example>
<c.zgf0yq.x7@click.x.example>; <scan2mail@x.example>; <kopierer.eg@x.example>
<an-alle@x.example>; <ld-contentieux@x.example>; <a-tutti@x.example>; <listasoci@x.example>; <d-list-ip@x.example>
<allfirm@x.example>; <trainees@x.example>; <secretaries@x.example>; <sg-litigation@x.example>
Project Falcon Team <project.falcon@x.example>; Deal Team Falcon <dealteam.falcon@x.example>
Büro Dr. Weber <weber-buero@x.example>; <posteingang.zh@x.example>; <fornitori@x.example>; <crediteuren@x.example>
<apteam@x.example>; <frontdesk.ams@x.example>; Sala Verdi - 2° piano <verdi@x.example>
Saletta Bellini <bellini@x.example>; Salle du conseil <conseil@x.example>; Bulle 3 <bulle3@x.example>
SZ Pilatus (10) <pilatus@x.example>; Besprechung 2. OG <bespr2@x.example>; Konfi Alster <alster@x.example>
Teeküche 3. OG <teekueche@x.example>; Kamer Hals <kamer.hals@x.example>; Grote zaal <grotezaal@x.example>
LDN-7.02 Severn (VC) <ldn702@x.example>; LON 4th Floor Mtg Rm 2 <lon4mtg2@x.example>
Severn Room <severn.room@x.example>; Quiet Room <quiet@x.example>; Desk 4-112 <desk4112@x.example>
Car Park Bay 9 <bay9@x.example>; Leihvelo 2 <leihvelo2@x.example>; Fathom (Ada) <ada@fathom.video>
AI Notes <ainotes@x.example>; Assistente IA <ia@x.example>; Asistente de notas <notas@x.example>
Notulist bot <notulist@x.example>; <+442071234567@x.example>; <987654321.acme@webex.com>; <12345@pexip.x.example>
<matter.2024.001@x.example>; <dossier-2024-55@x.example>; <akte-4711@x.example>; <fbl-7@news.example>
<e-7f3a9b2c1d.4e5f6a7b@news.example>
MIPS Mailing List <mips@x.example>
<vt-anwaelte@x.example>; <firmwide@x.example>; Team Immobilien <immo@x.example>; NYC-12-Maple-8p <maple@x.example>
Notes by Fathom <notes@x.example>; <antwort-nicht@x.example>; Litigation Group <lg@x.example>
Aula 200 Plätze <aula@x.example>
"""


ROOMS_AND_VEHICLES = """
BSL-2-Rhein (10p, VC) <bsl-2-rhein@x.example>; GVA-1-Saleve (20 ppl, TV) <saleve@x.example>
LON-5F-Thames (6p Teams) <thames@x.example>; PAR-3-Seine (14P/VC) <seine@x.example>
BRU-4-Dyle (8 pax + VC) <dyle@x.example>; FRA 12 Main [10p Video] <main@x.example>
Matterhorn (VC, 8p) <matterhorn@x.example>; Dienstfahrzeug Skoda 1 <fz1@x.example>
Kanzleifahrzeug BMW <bmw@x.example>; Elektroauto Zoe 2 <zoe2@x.example>; Rental car 3 <rc3@x.example>
Rental scooter 1 <rs1@x.example>; Company bike 2 <bike2@x.example>; Video Conference 5 <vc5@x.example>
Video-Konferenz 1 <vk1@x.example>; Videokonferanse 2 <vid2@x.example>; Audioconférence <audio@x.example>
Telefoonconferentie <tc@x.example>; Teleconferenza <tele@x.example>; Conference Call <confcall@x.example>
Webex Room Kit <webexkit@x.example>; Poly Studio X50 <poly@x.example>; Microsoft Surface Hub 2 <hub2@x.example>
Zasedací místnost 2 <zm2@x.example>; Zasadačka 1 <za1@x.example>; Jednací místnost A <jm@x.example>
Sala konferencyjna 4 <sk4@x.example>; Salka 3 <salka3@x.example>; Tárgyalóterem <targyalo@x.example>
Kis tárgyaló <kist@x.example>; Sejna soba 2 <ss2@x.example>; Sala de ședințe 1 <sed1@x.example>
Sala de sedinte mare <sedmare@x.example>; Toplantı Odası 3 <toplanti3@x.example>; Zala za sastanke <zzs@x.example>
Dvorana za sastanke 1 <dvorana1@x.example>; Konferenču telpa 2 <kt2@x.example>; Pasitarimų kambarys <pk@x.example>
Koosolekuruum 1 <kr1@x.example>; Neuvotteluhuone 4 <nh4@x.example>; Mötesrum Vänern <vanern@x.example>
Fundarherbergi 2 <fh2@x.example>; Mødelokale 5 <ml5@x.example>; Αίθουσα συσκέψεων 2 <aith2@x.example>
Переговорная комната <pk1@x.example>; Конференц-зал 1 <kz1@x.example>; Кімната для переговорів 3 <kp3@x.example>
Заседателна зала <zz@x.example>; 会議室B <kb@x.example>; 第3会議室 <k3@x.example>; 応接室 <ousetsu@x.example>
会议室二 <hys2@x.example>; 會議室 5 <hys5@x.example>; 회의실 2 <hoe2@x.example>; قاعة الاجتماعات 2 <qaa2@x.example>
غرفة اجتماعات <ghurfa@x.example>; חדר ישיבות 1 <yesh1@x.example>; ห้องประชุม 3 <th3@x.example>
Phòng họp 2 <ph2@x.example>; Ruang Rapat 1 <rr1@x.example>; बैठक कक्ष 1 <bk1@x.example>
"""
ROOMS_BY_THEIR_PLACE = """
ZRH-EG-Limmat (VC) <limmat@x.example>; Etage 3 Rigi (VC) <rigi3@x.example>
LYO-02-Saone (8) <lyo-02-saone@x.example>; BSL-1-Rhein <bsl-1-rhein@x.example>; Pilatus (VC, 12) <pilatus@x.example>
Rigi (12 VC) <rigi@x.example>; Building 3 / 1104 (6) <b3-1104@x.example>; Bât. B 204 <batb204@x.example>
BRN 2. OG Aare (VC) <aare@x.example>; CR Lyon 3rd floor <crlyon3@x.example>; GVA 5e étage Salève <saleve@x.example>
LON 2nd floor Severn <severn@x.example>; Télépresence Lyon <tp.lyon@x.example>; SZ Säntis (10) <saentis@x.example>
Place de parc 7 <parc7@x.example>; Posto auto 3 <auto3@x.example>; Einstellplatz 12 <ep12@x.example>
Plaza de aparcamiento 4 <plaza4@x.example>; MR Alster (VC) <alster@x.example>; Conf Thames (8) <thames@x.example>
"""
PEOPLE_WITH_A_PLACE = """
Mr Roe (2) <roe@x.example>; Mr. Jones, 4th floor <jones@x.example>; Jane Roe (2) <jane.roe@x.example>
ROE Jane (4th floor) <jroe@x.example>; Jane Roe (VC) <jane.roe@x.example>; Marc Parc <marc.parc@x.example>
Roe, Jane (14) <roe.jane@x.example>; Jane Parc 4711 <jane.parc@x.example>; DOE John 3rd floor <doe.j@x.example>
WEI Anna, Level 3 <awei@x.example>; Dubois, Claire (phone 14) <cdubois@x.example>
"""
CALLED_AS_ROOMS = """
王会议 <wang@x.example>; 室井滋 <muroi@x.example>; 会田 誠 <aida@x.example>; Иван Залов <ivan.zalov@x.example>
Salka Jonsdottir <salka.jonsdottir@x.example>; Salka Jonsdottir <salka@x.example>; Zala Novak <znovak@x.example>
Novak, Zala <novak.zala@x.example>; Soba Tanaka <soba.tanaka@x.example>; Dvorana Kos <dvorana.kos@x.example>
Rapat Singh <rapat.singh@x.example>; Elif Oda <elif.oda@x.example>; Robert Bike <rbike@x.example>
Mercedes Bike <mercedes.bike@x.example>; Scooter Braun <scooter.braun@x.example>; Cisco Ramirez <cisco@x.example>
Bart Webex <bart.webex@x.example>; Ed Video <ed.video@x.example>; Vic Conference <vic.conference@x.example>
Ann Call <ann.call@x.example>; Tom Rental <tom.rental@x.example>; Anna Rhein (VC) <anna.rhein@x.example>
Kovacs, P. (8th floor) <kovacs.p@x.example>; Ana Pires (2 p.m.) <ana.pires@x.example>; Phong Le <phong@x.example>
Phong Nguyen <phong.nguyen@x.example>; <phong.nguyen@x.example>; <bike.tom@x.example>; Hunter Board <hboard@x.example>
"""
OFFICES_OF_EUROPE = """
    buchungen anfragen.zh lohnabteilung beschwerden reklamationen poststelle.basel sekretariat2 aufsichtsrat
    verwaltungsrat personalverwaltung zentralsekretariat auftraege terminvereinbarung kanzleileitung litige
    plaintes reservations.lyon commandes juridique conseil-administration conseiladministration
    ressources.humaines servicecomptable service.comptabilite relation-client courrier ordini prenotazioni
    reclami amministrazione ufficio.legale servizioclienti servizio.clienti assistenza-clienti consiglio
    personale portineria centralino pedidos reservas quejas ventas facturacion cobros atencionalcliente
    secretaria centralita faturas faturacao encomendas recursos.humanos apoio.cliente apoioaocliente reclamacoes
    escritorio tesouraria bestellingen klachten verkoop reserveringen personeelszaken directie bestuur
    klantendienst postkamer ekonomiavdelningen fakturor bestallningar order kundservice.sthlm reception
    personalavdelningen styrelsen bokning klagomal ordre bestilling kundesenter personal styret resepsjon
    regnskap.oslo klage bogholderi fakturaer reklamationer direktionen bestyrelsen receptionen salgsafdelingen
    laskutus tilaukset toimisto vastaanotto kirjanpito varaukset hallitus henkilosto bokhald reikningar pantanir
    skrifstofa thjonusta sekretariat.warszawa zamowienia reklamacje sprzedaz rachunki kadry recepcja zarzad
    obslugaklienta kancelaria.krakow ucetni uctarna objednavky reklamace prodej podatelna recepce
    zakaznickyservis sekretariat fakturacia uctovnictvo predaj staznosti konyveles szamlazas szamla megrendeles
    ertekesites ugyfelszolgalat recepcio panasz facturi comenzi vanzari suport secretariat.bucuresti receptie
    reclamatii rezervari racuni racunovodstvo prodaja podrska narudzbe tajnistvo pisarna narocila prituzbe
    schetovodstvo prodazhbi fakturi porachki muhasebe faturalar siparis satis destek musterihizmetleri
    insankaynaklari sekreterlik logistirio timologia paraggelies poliseis grammateia buhgalteria buhgalteriya
    zakaz zakazy prodazhi priemnaya kadry.msk raamatupidamine tellimused muuk klienditugi gramatvediba rekini
    pasutijumi pardosana birojs buhalterija saskaitos uzsakymai pardavimai biuras solicitors trustees
    shareholders executive-committee management-board boardofdirectors conveyancing-l partners-l gitlab-ci
    jenkins-ci zabbix dependabot sentry grafana pagerduty
"""
SURNAMES_OF_OFFICES = """
Salg, Erik <salg.erik@x.example>; Anna Obchod <anna.obchod@x.example>; Piotr Biuro <pbiuro@x.example>
Iroda, Tamás <iroda.tamas@x.example>; Marta Podpora <m.podpora@x.example>; Lena Vorstand <lena.vorstand@x.example>
Luis Pagos <luis.pagos@x.example>; Board, Helen <board.helen@x.example>; Kathy Boards <kboards@x.example>
Ola Faktura <ola-faktura@x.example>; Destek, Emre <destek.emre@x.example>; Kadri Kadry <kadri.kadry@x.example>
Nils Ordre <n.ordre@x.example>; Klage, Eva <klage.eva@x.example>; Kari Regnskap <kari_regnskap@x.example>
Amy Sentry <asentry@x.example>; Ordini, Elena <ordini.elena@x.example>; Wim Verkoop <wim.verkoop@x.example>
<bruno.vendas@x.example>; <irodalmi@x.example>; <salgari.emilio@x.example>; <ordonez@x.example>; <prodan@x.example>
<boardman@x.example>; <satija.om@x.example>; <martin.l@x.example>; <anna-l@x.example>; Mary-L Jones <mary-l@x.example>
Lisa Beamer <lbeamer@x.example>; Lisa Beamer <lisa_beamer@x.example>; Beamer, Lisa <beamer.lisa@x.example>
BEAMER Lisa <lisa.beamer@x.example>; Zanele Beamer <zanele.beamer@x.example>; Olufemi Beamer <obeamer@x.example>
Dr. Kurt Beamer <kurt.beamer@x.example>; Kwame Velo <kwame.velo@x.example>; Fiets, Joost <fiets.joost@x.example>
<arve@x.example>; <jenkins@x.example>
Nomvula Saletta <nomvula.saletta@x.example>; Florence Bulle <fbulle@x.example>; Jan Laptop <jan.laptop@x.example>
"""


def read_entries(text):
    """Give names and addresses of a text like `Ada Roe <ada@x.example>; <info@x.example>`."""
    entries = [entry.strip() for line in text.strip().splitlines() for entry in line.split("; ")]
    return [tuple(part.strip(" <>") for part in entry.rpartition("<")[::2]) for entry in entries]


@pytest.mark.parametrize(("name", "raw"), read_entries(SURNAMES_OF_THINGS))
def test_somebody_called_as_a_thing_is_stays_somebody_where_the_address_agrees(name, raw):
    assert find_machine(parse_address(raw), name) == ""


@pytest.mark.parametrize(("name", "raw"), read_entries(GROUPS_ROOMS_AND_PROGRAMMES))
def test_groups_rooms_and_programmes_are_nobody_in_whatever_language(name, raw):
    assert find_machine(parse_address(raw), name) != ""


@pytest.mark.parametrize(("name", "raw"), read_entries(ROOMS_AND_VEHICLES + ROOMS_BY_THEIR_PLACE.lstrip()))
def test_seats_vehicles_and_rooms_in_any_script_are_nobody(name, raw):
    assert find_machine(parse_address(raw), name) == "resource"


@pytest.mark.parametrize(("name", "raw"), read_entries(CALLED_AS_ROOMS + PEOPLE_WITH_A_PLACE.lstrip()))
def test_somebody_called_as_a_room_is_in_another_language_stays_somebody(name, raw):
    assert find_machine(parse_address(raw), name) == ""


@pytest.mark.parametrize("local", OFFICES_OF_EUROPE.split())
def test_what_offices_are_called_in_the_languages_of_europe_is_no_person(local):
    assert find_machine(parse_address(f"{local}@x.example")) != ""


@pytest.mark.parametrize(("name", "raw"), read_entries(SURNAMES_OF_OFFICES))
def test_somebody_called_as_an_office_or_a_device_stays_somebody(name, raw):
    assert find_machine(parse_address(raw), name) == ""


@pytest.mark.parametrize(("name", "raw"), NAMED_PEOPLE)
def test_where_name_and_address_agree_the_person_wins_over_the_word(name, raw):
    assert find_machine(parse_address(raw), name) == ""


@pytest.mark.parametrize(("name", "raw"), NAMED_MACHINES)
def test_what_people_write_to_or_invite_and_nobody_is_is_no_person(name, raw):
    assert find_machine(parse_address(raw), name) != ""


@pytest.mark.parametrize(("reason", "raw"), [(why, raw) for why, text in MACHINES.items() for raw in text.split()])
def test_B84_a_machine_is_never_a_person(reason, raw):
    assert find_machine(parse_address(raw)) == reason


@pytest.mark.parametrize("raw", [raw for text in (PEOPLE,) for raw in text.split()])
def test_a_person_with_a_telling_name_stays_a_person(raw):
    assert find_machine(parse_address(raw)) == ""


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Notary List", "notary-list@k.example"),
        ("Judges List", "judges-list@k.example"),
        ("Swiss Sales", "swiss_sales@k.example"),
        ("Otter Pilot", "otter.pilot@otter.ai"),
        ("Fathom Notes", "fathom.notes@fathom.video"),
        ("Fred Fireflies", "fred.fireflies@fireflies.ai"),
        ("Meet Geek", "meetgeek@meetgeek.ai"),
        ("Test Bot", "test.bot@k.example"),
        ("Jira Bot", "jira.bot@k.example"),
        ("Contract Bot", "app@k.example"),
        ("", "deploy.bot@k.example"),
        ("Slack Robot", "slack_robot@k.example"),
        ("Sala Dante", "sala.dante@k.example"),
        ("Salle Iris", "salle.iris@k.example"),
        ("Raum Marie", "raum.marie@k.example"),
        ("Turing (4 people)", "turing@k.example"),
        ("Human Resources", "human.resources@k.example"),
        ("Salle Marie Curie (12 personnes)", "marie.curie@k.example"),
    ],
)
def test_4_a_thing_is_nobody_though_its_name_agrees_with_its_address(name, address):
    assert find_machine(parse_address(address), name)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Zara Wyn", "zara.wyn@otter.ai"),
        ("Jan Bot", "jan_bot@k.example"),
        ("João Sales", "joao_sales@k.example"),
        ("Otto Team", "otto.team@k.example"),
        ("Jan Bot", "jan.bot@k.example"),
        ("", "jan.bot@k.example"),
        ("M. Bot", "m.bot@k.example"),
        ("Bot, Xander", "xbot@k.example"),
        ("Ad Min", "ad.min@k.example"),
        ("", "ad.min@k.example"),
        ("Dante Sala", "dante.sala@k.example"),
        ("Pietro Sala", "sala.pietro@k.example"),
        ("Jane Roe (4 people)", "jane.roe@k.example"),
        ("Peter Hall (2 people)", "peter.hall@k.example"),
        ("Dubois, Claire (2 personnes)", "c.dubois@k.example"),
    ],
)
def test_3_a_person_behind_a_first_name_stays(name, address):
    assert not find_machine(parse_address(address), name)


COURTS_REGISTERS_AND_SHARED_DESKS = """
Handelsregisteramt des Kantons Uri <hra@x.example>; Registre du commerce de Sion <rc@x.example>
Tribunal d'arrondissement <ta.sierre@x.example>; Greffe du Tribunal <gt@x.example>; Kreisgericht Wil <kgw@x.example>
Betreibungsamt Wil 2 <ba2@x.example>; Grundbuchamt Chur <gba@x.example>; Office des faillites <of@x.example>
Staatsanwaltschaft Graubünden <sta@x.example>; Landgericht Ulm - Geschäftsstelle <gs3@x.example>
Amtsgericht Ulm <ag-u@x.example>; Finanzamt Ulm <fa-88@x.example>; HM Land Registry <hmlr@x.example>
Clerk of Court <coc@x.example>; Queen's Bench Enquiries <qbenquiries@x.example>; Juzgado de lo Social 3 <js3@x.example>
Tribunale di Como <trib.co@x.example>; Accounts Payable <ap@x.example>; Personalabteilung <pa@x.example>
Service juridique <sj@x.example>; Rechtsdienst <rd@x.example>; Rechnungseingang <re@x.example>
Kanzlei Frei <mail@x.example>
<hra@x.example>; <mail@x.example>; <secr@x.example>; <bezirksgericht.wil@x.example>; <zivilstandsamt@x.example>
<greffe.tc@x.example>; <tribunal-cantonal@x.example>; <registreducommerce@x.example>; <chambre.civile@x.example>
<assistante.roche@x.example>; <office4711.lyon@x.example>; <einschreiben@x.example>; <bonjour@x.example>
Frei Legal Bookings <FreiLegalBookings@x.example>; Termin buchen <TerminbuchungFrei@x.example>
Prise de rendez-vous <rdv@x.example>; Client Intake Calendar <intakecal@x.example>; Book a consultation <bac@x.example>
VMR 7 <vmr7@x.example>; VMR Basel Arbitration <vmr.arb@x.example>; VC Basel 2 <vc-bsl2@x.example>
MR-Aare <mr-aare@x.example>
Pouvoir judiciaire VD <pj@x.example>; Cour d'appel de Sion - Greffe civil <ca-sion.civil@x.example>
SZ Thun 2 <sz2@x.example>
Stadt Bern - Einwohnerdienste <ed@x.example>; Royal Courts of Justice <rcj@x.example>; Customer Care <cc@x.example>
Surface Hub Basel <hub.bsl@x.example>; Aare 8P <aare@x.example>; Besprechung OG rechts <bespr.og@x.example>
Conference Call Line 3 <ccl3@x.example>; Dial-In Basel <di@x.example>; <reply-7@x.example>
"""
PEOPLE_CALLED_AS_OFFICES = """
Luke Court <l.court@x.example>; Zodwa Court <zodwa.court@x.example>; Isla Chambers <isla.chambers@x.example>
Dominique Greffe <dominique.greffe@x.example>; Jonas Amt <jonas.amt@x.example>; Rolf Kammer <rolf.kammer@x.example>
Christelle Roth <christelle@x.example>; Peter Gericht <peter.gericht@x.example>; <christelle.roth@x.example>
Anna Roth (Rechtsdienst) <ar@x.example>; Kreisgericht Wil, Anna Roth <anna.roth@x.example>
Greffe TPI (Anna Roth) <anna.roth@x.example>; Anna Roth <mail@anna-roth.example>; Anna Roth <mail@roth.example>
Anna Roth, Verwaltung <anna.roth@x.example>; Kanzlei Roth <roth@kanzlei-roth.example>; Vera Cole <vc.cole@x.example>
"""


@pytest.mark.parametrize(("name", "raw"), read_entries(COURTS_REGISTERS_AND_SHARED_DESKS))
def test_courts_registers_calendars_and_shared_desks_are_nobody(name, raw):
    assert find_machine(parse_address(raw), name) != ""


@pytest.mark.parametrize(("name", "raw"), read_entries(PEOPLE_CALLED_AS_OFFICES))
def test_whoever_is_called_as_an_office_or_works_there_is_somebody(name, raw):
    assert find_machine(parse_address(raw), name) == ""
