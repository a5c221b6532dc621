"""`python -m portal`: serve the newest version of the database until interrupted."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import click
import uvicorn
from datasette.app import Datasette

from portal import compat
from portal.app import DATABASE, METADATA, create_datasette, held, published_version
from portal.errors import CannotServe


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8001, show_default=True, help="Port; 0 takes any free one.")
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    default=DATABASE,
    help="The published database.  [default: baltic.db]",
)
@click.option(
    "--metadata",
    type=click.Path(path_type=Path),
    default=METADATA,
    help="The operator's settings.  [default: metadata.yml]",
)
def main(host: str, port: int, database: Path, metadata: Path) -> None:
    """Serve the portal. Exit code 2 means that it could not start; the message says why."""
    try:
        version = published_version(database)
        with held(version), listening(host, port) as sock:
            app = create_datasette(version, metadata=metadata)
            asyncio.run(serve(app, sock))
    except KeyboardInterrupt:
        click.echo("Stopped.")
    except CannotServe as error:
        click.echo(f"The portal cannot start. {error}", err=True)
        raise SystemExit(2) from error


async def serve(app: Datasette, sock: socket.socket) -> None:
    """Answer requests at `sock` until the process is told to stop."""
    await compat.ready(app)
    await compat.open_connections(app.get_database("baltic"))
    host, port = sock.getsockname()[:2]
    click.echo(f"The portal is at http://{host}:{port}/ (Ctrl-C stops it)")
    config = uvicorn.Config(app.app(), log_level="warning", lifespan="on")
    await uvicorn.Server(config).serve(sockets=[sock])


def listening(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CannotServe when the port is taken or not ours to take."""
    # With its protocol named: asyncio switches Nagle's delay (40 ms an answer) off only then.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(256)
    except (OSError, OverflowError) as error:
        sock.close()
        raise CannotServe(f"{host}:{port} cannot be used: {error}.") from error
    return sock


if __name__ == "__main__":
    main()
