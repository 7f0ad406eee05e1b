"""File shares: files of a partner's share come into the inbox, whole, once, and as they were sent.

The public doors are the names below.
"""

from orchestration.file_shares.fetching import FetchedFile, fetch_share, fetch_shares
from orchestration.file_shares.share_settings import Share, load_share, load_shares

__all__ = ["FetchedFile", "Share", "fetch_share", "fetch_shares", "load_share", "load_shares"]
