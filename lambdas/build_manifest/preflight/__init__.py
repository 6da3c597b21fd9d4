"""Judges a set of labelled pictures before it is trained on: rules, a verdict, a report.

`headers.look` finds a picture's format and size from its first bytes, `verdict.judge` applies the
rules, `report` and `page` tell people and programs. All functions are pure: reading S3 is the
caller's.

A rule is a small function that yields `Trouble`s. It is listed in the module of its subject:
`picture_rules` (the file), `label_rules` and `box_rules` (what is said about it), `copy_rules`
(several pictures), `set_rules` and `label_set_rules` (the whole).
"""
