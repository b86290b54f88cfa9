"""Files are whole or not there."""

import os

import pytest

from contraflow.errors import OutputError
from contraflow.files import whole, write_text


def test_text_is_written_as_it_is_and_its_folder_made(tmp_path):
    path = write_text(tmp_path / "new" / "a.txt", "ñ\r\nb\n")
    assert path.read_bytes() == "ñ\r\nb\n".encode()
    assert [item.name for item in path.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("end", [KeyboardInterrupt, ZeroDivisionError])
def test_what_was_there_stays_until_all_is_written(tmp_path, end):
    path = write_text(tmp_path / "a.txt", "old")

    def half():
        with whole(path) as temporary:
            temporary.write_text("ha")
            assert path.read_text() == "old"
            raise end

    with pytest.raises(end):
        half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interruption_while_it_is_moved_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("before", encoding="utf-8")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(path), "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "after")
    assert path.read_text(encoding="utf-8") == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "inside").touch()
    with pytest.raises(OutputError, match=r"taken.*cannot be written"):
        write_text(tmp_path / "taken", "text")
    with (
        pytest.raises(OutputError, match=r"missing.*cannot be written"),
        whole(tmp_path / "missing" / "a.txt"),
    ):
        pass
    with pytest.raises(OutputError, match="cannot be written") as caught:
        write_text(tmp_path / "taken" / "inside" / "deeper", "text")
    assert caught.value.place.endswith("deeper")
    assert sorted(item.name for item in tmp_path.rglob("*")) == ["inside", "taken"]


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_readable_as_any_new_file_is(tmp_path):
    path = write_text(tmp_path / "a.txt", "text")
    other = tmp_path / "b.txt"
    other.write_text("text", encoding="utf-8")
    assert path.stat().st_mode == other.stat().st_mode
