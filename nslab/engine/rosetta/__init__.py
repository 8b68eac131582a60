"""A plan in other tongues: as a shell script, as docker's flags, as the OCI runtime specification's fields.

Everything here is pure and reads nothing but steps: what a step is elsewhere follows from its call and its arguments. So a
changed plan is translated like any other, and no word is written twice. The lab imports none of it.
"""
