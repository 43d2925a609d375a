"""What Wireroom tells people by itself: by webhook and by mail, as the workspace's `.env` says."""

from flows.notices.sending import channels, send, tried
from flows.notices.settings import BadSetting, Mail, Webhook
from flows.notices.words import Notice

__all__ = ["BadSetting", "Mail", "Notice", "Webhook", "channels", "send", "tried"]
