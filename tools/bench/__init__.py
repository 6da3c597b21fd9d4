"""`make bench`: what build_manifest takes for large sets, beside a bare listing of the same keys.

Each measurement is a process of its own, and so is the S3 that it speaks to.
"""
