"""The channels that notices go out on. A new one is a folder beside ``email`` and a line here."""

from notifications.channels.base import Channel
from notifications.channels.email.channel import Email
from notifications.channels.in_app import InApp

CHANNELS: tuple[Channel, ...] = (InApp(), Email())
