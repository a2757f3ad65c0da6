"""Settings: the file, the variables, and what is said of a bad one."""

from pathlib import Path

import pytest

from collectors import settings
from collectors.errors import UsageError


@pytest.fixture(autouse=True)
def _working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("STORE", "ACCOUNTS", "REGIONS", "ROLE", "TRAILS"):
        monkeypatch.delenv(f"HEADWATER_{name}", raising=False)


def test_the_file_tells_domains_by_source_and_account(tmp_path: Path) -> None:
    (tmp_path / "headwater.toml").write_text(
        'regions = ["eu-west-1"]\n[[domains]]\nname = "orders"\nsources = ["com.acme.orders"]\n'
    )
    read = settings.read()
    assert read.regions == ("eu-west-1",)
    assert [(domain.name, domain.sources) for domain in read.domains] == [("orders", ("com.acme.orders",))]


def test_variables_override_the_file_and_arguments_override_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "headwater.toml").write_text('regions = ["eu-west-1"]\nrole = "FromFile"\n')
    monkeypatch.setenv("HEADWATER_REGIONS", "us-east-1, us-west-2")
    read = settings.read(role="FromArgument")
    assert (read.regions, read.role) == (("us-east-1", "us-west-2"), "FromArgument")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('accounts = ["12"]', "'12' is not an account id"),
        ("accounts = [", "is not TOML"),
        ('metric_hours = "many"', "metric_hours"),
        ("pace = 0", "pace"),
        ('trails = [""]', "'' names nothing"),
        ('trails = ["s3://"]', "'s3://' names nothing"),
        ('[[domains]]\nname = "x"\ncolour = "red"', "colour"),
    ],
)
def test_a_bad_setting_is_named_in_one_sentence(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "headwater.toml").write_text(content)
    with pytest.raises(UsageError, match=says) as caught:
        settings.read()
    assert "\n" not in str(caught.value)
