"""DuckDB in this process, through the same library that Bedplate's SQL uses (its C API)."""

import ctypes


class _Result(ctypes.Structure):
    """duckdb_result: six words that only the library reads."""
    _fields_ = [("words", ctypes.c_uint64 * 6)]


class DuckDb:
    """A database in memory."""

    def __init__(self, library):
        self._api = ctypes.CDLL(str(library))
        self._api.duckdb_library_version.restype = ctypes.c_char_p
        self._api.duckdb_result_error.restype = ctypes.c_char_p
        self._api.duckdb_row_count.restype = ctypes.c_uint64
        self._api.duckdb_column_count.restype = ctypes.c_uint64
        self._api.duckdb_value_varchar.restype = ctypes.c_void_p
        for name in ("duckdb_value_varchar", "duckdb_value_double"):
            getattr(self._api, name).argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64]
        self._api.duckdb_value_double.restype = ctypes.c_double
        self._api.duckdb_free.argtypes = [ctypes.c_void_p]
        self._database = ctypes.c_void_p()
        self._connection = ctypes.c_void_p()
        if (self._api.duckdb_open(None, ctypes.byref(self._database))
                or self._api.duckdb_connect(self._database, ctypes.byref(self._connection))):
            raise RuntimeError("DuckDB does not open")

    def version(self):
        return self._api.duckdb_library_version().decode()

    def close(self):
        self._api.duckdb_disconnect(ctypes.byref(self._connection))
        self._api.duckdb_close(ctypes.byref(self._database))

    def run(self, sql, read=None):
        """Runs a query; `read(result)` may look at its rows, which are all there by then."""
        result = _Result()
        try:
            if self._api.duckdb_query(self._connection, sql.encode(), ctypes.byref(result)):
                raise RuntimeError(self._api.duckdb_result_error(ctypes.byref(result)).decode())
            return read(result) if read else None
        finally:
            self._api.duckdb_destroy_result(ctypes.byref(result))

    def text_and_number(self, sql):
        """{first column: second column} of a query."""
        def read(result):
            rows = self._api.duckdb_row_count(ctypes.byref(result))
            return {self._text(result, row): self._api.duckdb_value_double(
                ctypes.byref(result), 1, row) for row in range(rows)}
        return self.run(sql, read)

    def _text(self, result, row):
        pointer = self._api.duckdb_value_varchar(ctypes.byref(result), 0, row)
        text = ctypes.string_at(pointer).decode()
        self._api.duckdb_free(pointer)
        return text
