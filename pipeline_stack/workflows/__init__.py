"""The state machines: one file for each workflow or reusable part of one."""
