"""Puts the parts together: MiniStack, the mends, Rekognition, the door; and serves them."""

from __future__ import annotations

import asyncio
import signal
import socket

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from ministack import app as ministack_app

from local_aws import plugin, rekognition
from local_aws.config import Settings
from local_aws.door.admin import Admin
from local_aws.door.call_log import CallLog
from local_aws.door.door import Door
from local_aws.door.faults import Faults
from local_aws.mends import registry
from local_aws.outbox import OUTBOX

KEEP_ALIVE_SECONDS = 75
"""As MiniStack: longer than SDKs keep an idle connection, so that none meets a closed one."""

GRACEFUL_SECONDS = 0.2
"""For answers under way when the server is told to stop; idle connections would keep it for longer."""


def build(settings: Settings) -> Door:
    """The whole server as one ASGI app. Once per process: the mends replace MiniStack's functions.

    Raises MendsDoNotFitError when MiniStack is not the one the mends were written for.
    """
    registry.install(without=settings.without_mends)
    plugin.register_rekognition(rekognition)
    calls, faults = CallLog(), Faults()
    admin = Admin(calls=calls, faults=faults, outbox=OUTBOX, configure_rekognition=rekognition.configure)
    return Door(inside=ministack_app.app, calls=calls, faults=faults, admin=admin)


def serve(door: Door, listening: socket.socket) -> None:
    """Answer on the socket until SIGINT or SIGTERM.

    Returns without waiting for worker threads, which may be in the middle of a Wait or a training:
    the caller ends the process.
    """
    asyncio.new_event_loop().run_until_complete(_serve(door, listening))


async def _serve(door: Door, listening: socket.socket) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    config = Config()
    config.bind = [f"fd://{listening.fileno()}"]
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.graceful_timeout = GRACEFUL_SECONDS
    config.loglevel = "WARNING"
    await hypercorn_serve(door, config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]
