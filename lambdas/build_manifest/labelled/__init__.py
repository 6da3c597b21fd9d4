"""Labelled pictures from files: Ground Truth manifests, COCO, CSV, entries of a dataset.

`reading.read_labels` turns a file into `LabelledPicture`s and `Trouble`s, one by one; `writing`
turns a picture into its manifest line. All functions are pure. Nothing is held whole but COCO
and CSV, whose readers say how much that may be.

Several sources may make one set: chain their readers. A picture that two of them tell of is told
by preflight.

How it joins the split: there is no second one. A set with test pictures of its own has its sides.
Any other goes through `..split`, which looks at a picture's content hash and its label. Give it a
`selection.Picture` for each pair of picture and label (of `labels`, or of the labels of `boxes`):
all pairs of a picture share its content, and the split keeps a content on one side whole. The
pairs count towards the Region's limit, so a picture with many labels leaves less room for test
pictures, never more. That a content is under several labels, which `Split.contradictions` counts,
is no contradiction here; preflight has a rule of its own for that.
"""
