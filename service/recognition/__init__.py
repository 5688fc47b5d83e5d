"""Names and other entities in free text, recognised in processes of their own: what a policy's ``ner`` asks for.

Layers: ``revision`` (payloads) on ``pool`` (texts) on ``lane`` (one process).
"""
