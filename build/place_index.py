"""The geographic indexes of a table: for areas, and for the map.

The map shows clusters at low zooms and must not count half a million records for each view. So the
build counts them once, in squares (`build.squares`): `<table>_map_cells` holds those of each zoom.
"""

from __future__ import annotations

from sqlite_utils import Database

from build.mercator import x_of, y_of
from build.roles import EXACT, GROUPS
from build.schema import Table
from build.squares import ZOOMS, shift


def index_places(db: Database, table: Table) -> None:
    """Make the indexes of the located records of `table`.

    `<table>_rtree`: an R*Tree over the coordinates (degrees). It rounds to 32 bits, always
    outwards: it gives all candidates and some more, so whoever asks it compares the table's own
    latitude and longitude as well.

    `<table>_map`: a narrow row a record, with its position (`build.mercator`), its group (`<table>
    _map_groups`: number and code) and whether its place is approximate. `<table>_map_cells`: of
    each zoom's squares and each group in it the number of records, how many of them approximate,
    the sums and bounds of their positions, and one of them.
    """
    _index_areas(db, table)
    _index_positions(db, table)
    _count_cells(db, table)


def _index_areas(db: Database, table: Table) -> None:
    db.execute(
        f'create virtual table "{table.name}_rtree" using rtree(id, west, east, south, north)'
    )
    db.execute(
        f"""
        insert into "{table.name}_rtree"
        select rowid, longitude, longitude, latitude, latitude from "{table.name}"
        where latitude is not null and longitude is not null order by rowid
        """  # noqa: S608 - names come from the schema
    )


def _index_positions(db: Database, table: Table) -> None:
    db.register_function(x_of, deterministic=True)
    db.register_function(y_of, deterministic=True)
    name, group = table.name, _group(table)
    db.execute(f'create table "{name}_map_groups" (number integer primary key, code text) strict')
    db.execute(
        f"""
        insert into "{name}_map_groups" (code)
        select distinct {group} from "{name}" where {group} is not null order by 1
        """  # noqa: S608
    )
    db.execute(
        f"""
        create table "{name}_map" (
            id integer primary key, x integer not null, y integer not null,
            "group" integer not null, approximate integer not null
        ) strict
        """
    )
    exact = ", ".join(f"'{code}'" for code in EXACT)
    db.execute(
        f"""
        insert into "{name}_map"
        select record.rowid, x_of(longitude), y_of(latitude), coalesce(groups.number, 0),
               coalesce(precision not in ({exact}), 1)
        from "{name}" as record left join "{name}_map_groups" as groups on groups.code = {group}
        where latitude is not null and longitude is not null order by record.rowid
        """  # noqa: S608
    )


def _group(table: Table) -> str:
    """The column by which the map's markers are told apart, as SQL."""
    coded = {key.field for key in table.foreign_keys}
    return next((f'"{field}"' for field in GROUPS if field in coded), "null")


def _count_cells(db: Database, table: Table) -> None:
    """From the nearest zoom outwards, for each is counted from the one before."""
    name = f"{table.name}_map_cells"
    db.execute(
        f"""
        create table "{name}" (
            zoom integer, row integer, "column" integer, "group" integer, records integer,
            approximate integer, sum_x integer, sum_y integer, west integer, north integer,
            east integer, south integer, first integer, primary key (zoom, row, "column", "group")
        ) strict, without rowid
        """
    )
    nearest = ZOOMS[-1]
    db.execute(
        f"""
        insert into "{name}"
        select {nearest}, y >> {shift(nearest)}, x >> {shift(nearest)}, "group", count(*),
               sum(approximate), sum(x), sum(y), min(x), min(y), max(x), max(y), min(id)
        from "{table.name}_map" group by 2, 3, 4
        """  # noqa: S608
    )
    for zoom in reversed(ZOOMS[:-1]):
        db.execute(
            f"""
            insert into "{name}"
            select {zoom}, row >> 1, "column" >> 1, "group", sum(records), sum(approximate),
                   sum(sum_x), sum(sum_y), min(west), min(north), max(east), max(south), min(first)
            from "{name}" where zoom = {zoom + 1} group by 2, 3, 4
            """  # noqa: S608
        )
