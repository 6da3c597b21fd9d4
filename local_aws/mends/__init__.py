"""Where MiniStack behaves unlike AWS in a way our workflows would notice: one module per service area.

Each function marked `@mend` replaces one private symbol of MiniStack. `registry` finds every module
of this package, checks that each symbol is still there, and installs them all.
"""
