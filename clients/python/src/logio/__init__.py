"""Publishes an application's logs to a logio hub, and reads them there.

``import logio.auto`` and LOGIO_URL in the environment are all that most programs need::

    LOGIO_URL='logio://hub:7701?app=shop&proc=web' python shop.py
"""
from .handler import Handler
from .stream import Streams, stream
from .subscribe import Loss, Record, SubscribeError, Subscription, subscribe
from .transport import Config, ConfigError, Publisher, Stats

__all__ = ["Config", "ConfigError", "Handler", "Loss", "Publisher", "Record", "Stats", "Streams",
           "SubscribeError", "Subscription", "stream", "subscribe"]
__version__ = "0.1.0"
