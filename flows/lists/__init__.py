"""Files of rows as people and programs save them (tables, plain lists, JSON), read alike by the finder `list` and by `import`.

decoding (inflated, UTF-8) → tables or documents → rows, whose fields go by many names (named_fields, columns.toml)
"""
