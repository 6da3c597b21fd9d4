"""Tells of a judged version in two files: `report.json` for programs, `report.html` for people.

`making` is the way in: it collects, writes, and never fails the run. `registry`, `storage` speak to AWS;
`history`, `changes`, `wrong`, `pictures` work on what these bring; `model` is what `report.json` holds
(docs/evaluation-report.schema.json); `page` and the modules beside it make the page of that, and need
nothing else. Only `charts` imports the chart library, and only once a page is made.
"""
