"""Turns the outcome of a run into metrics and a line of the log.

`handler` receives the outcome event (docs/events.md) and `outcome` reads it; `counted` keeps an event that
is delivered twice from counting twice, and `observability` writes metrics and log. Modules import one
another relatively, so the package runs under whatever name it is bundled.
"""
