"""Whether a wrong step follows correctly from an earlier wrong one."""

from derive.checking.following.slips import SECONDS, Slips

__all__ = ["SECONDS", "Slips"]
