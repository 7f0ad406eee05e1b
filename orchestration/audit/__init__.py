"""The auditor's pack: a seeded sample of deals with all their evidence.

`sampling` chooses the deals and follows each of them, `audit_workbook` and `deal_pages` write what
was found. The same release, quarter, number and seed give the same files, byte for byte.
"""

from orchestration.audit.sampling import AuditPack, write_audit_pack

__all__ = ["AuditPack", "write_audit_pack"]
