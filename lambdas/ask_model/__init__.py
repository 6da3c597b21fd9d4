"""The Lambda function that asks a running model for the labels of held-out pictures.

For three purposes: to compare it with another model (`compare`), before it takes the traffic (`smoke`), and
while it is new (`canary`).
"""
