"""What leaves the warehouse as files: rows in any format, ninjs, and the package that explains itself."""
