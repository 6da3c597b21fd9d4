"""Measures, every few minutes, what no service of AWS measures by itself: what is running although nobody
needs it, what it has cost so far this month, how old the live model is, and how many checks were missed.

`handler` collects, `models`, `registry` and `checks` read AWS, `strays`, `usage` and `missed` work it out.
Modules import one another relatively, so the package runs under whatever name it is bundled.
"""
