from tests.readme import README, complete


def test_the_readme_names_every_setting():
    text = README.read_text(encoding="utf-8")
    assert text == complete(text)
