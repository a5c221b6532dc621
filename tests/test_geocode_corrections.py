"""Corrections by hand and the chain that asks them first."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from build.geocode.chain import Chain
from build.geocode.corrections import Corrections, read_corrections
from build.geocode.placement import Placement, PlaceQuery

HEADER = "table,id,latitude,longitude,precision,note,source\n"


def corrections(folder: Path, rows: str, header: str = HEADER) -> Corrections:
    path = folder / "geocodes.csv"
    path.write_text(header + rows, encoding="utf-8")
    return read_corrections(path)


class Always:
    """A geocoder with one answer."""

    def __init__(self, placement: Placement) -> None:
        self.placement = placement

    def place(self, query: PlaceQuery) -> Placement:
        return self.placement


GAZETTEER = Always(Placement(55.0, 10.0, "place", 0.9, "X", geocoder="gazetteer"))
UNKNOWN = Always(Placement(note="Not known.", geocoder="gazetteer"))


def test_a_correction_comes_before_the_geocoders(tmp_path):
    found = corrections(tmp_path, "enterprises,dk-x,55.1,9.4,address,On site,Own visit\n")
    placement = Chain([GAZETTEER], found).place(PlaceQuery(), table="enterprises", id="dk-x")
    assert (placement.latitude, placement.longitude) == (55.1, 9.4)
    assert placement.geocoder == "correction"
    assert "Own visit" in placement.note


def test_a_correction_concerns_its_own_record_only(tmp_path):
    found = corrections(tmp_path, "enterprises,dk-x,55.1,9.4,,,\n")
    chain = Chain([GAZETTEER], found)
    assert chain.place(PlaceQuery(), table="events", id="dk-x").geocoder == "gazetteer"
    assert chain.place(PlaceQuery(), table="enterprises", id="dk-y").geocoder == "gazetteer"


def test_a_row_without_coordinates_keeps_the_record_off_the_map(tmp_path):
    found = corrections(tmp_path, "enterprises,dk-x,,,,A women's shelter,\n")
    placement = Chain([GAZETTEER], found).place(PlaceQuery(), table="enterprises", id="dk-x")
    assert not placement.located
    assert placement.note == "A women's shelter"


def test_a_missing_file_means_no_corrections(tmp_path):
    assert read_corrections(tmp_path / "geocodes.csv") == Corrections()


def test_unusable_rows_are_reported_with_their_line_and_the_others_used(tmp_path):
    found = corrections(
        tmp_path,
        "enterprises,a,91,9,,,\n"
        "enterprises,b,55,,,,\n"
        "enterprises,c,north,9,,,\n"
        "enterprises,d,55,9,roughly,,\n"
        ",e,55,9,,,\n"
        "enterprises,f,55,9,place,,\n"
        "enterprises,f,56,9,place,,\n",
    )
    assert [(f.line, f.field, f.rule) for f in found.findings] == [
        (2, "latitude", "range"),
        (3, "longitude", "range"),
        (4, "latitude", "range"),
        (5, "precision", "vocabulary"),
        (6, "table", "required"),
        (8, "id", "unique"),
    ]
    assert set(found.placements) == {("enterprises", "f")}


def test_a_file_without_its_columns_is_told_and_not_used(tmp_path):
    found = corrections(tmp_path, "dk-x,55,9\n", "id,latitude,longitude\n")
    assert [(f.rule, f.field) for f in found.findings] == [("missing-column", "table")]
    assert found.placements == {}


def test_a_file_that_a_spreadsheet_saved_in_its_own_way_is_read(tmp_path):
    path = tmp_path / "geocodes.csv"
    text = HEADER + "enterprises,dk-x,55,9,place,Fundet på Ærø,\n,,,,,,\n"
    path.write_bytes(text.replace(",", ";").replace("\n", "\r\n").encode("cp1252"))
    found = read_corrections(path)
    assert [f.rule for f in found.findings] == ["encoding"]
    assert found.placements["enterprises", "dk-x"].note == "Fundet på Ærø"


def test_a_row_of_another_shape_is_told_with_its_line(tmp_path):
    found = corrections(tmp_path, 'enterprises,a,55,9,,"two\nlines",\nenterprises,b,55\n')
    assert [(f.line, f.rule) for f in found.findings] == [(4, "row-shape")]


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    path = tmp_path / "geocodes.csv"
    path.symlink_to(path.name)
    (finding,) = read_corrections(path).findings
    assert finding.rule == "unreadable-file"
    assert str(tmp_path) not in finding.message


@given(st.binary(max_size=300))
def test_no_file_content_raises(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "geocodes.csv"
    path.write_bytes(HEADER.encode() + content)
    read_corrections(path)


def test_the_next_geocoder_is_asked_only_when_the_first_does_not_know():
    online = Always(Placement(56.0, 11.0, "place", 0.8, geocoder="nominatim"))
    assert Chain([GAZETTEER, online]).place(PlaceQuery()).geocoder == "gazetteer"
    assert Chain([UNKNOWN, online]).place(PlaceQuery()).geocoder == "nominatim"


def test_when_nobody_knows_both_reasons_are_told():
    offline = Always(Placement(note="Did not answer.", geocoder="nominatim"))
    placement = Chain([UNKNOWN, offline]).place(PlaceQuery())
    assert not placement.located
    assert placement.note == "Not known. Did not answer."
    assert placement.geocoder == "gazetteer"
