#pragma once

#include <duckdb.h>

#include <string>
#include <utility>

namespace bedplate {

/// Owns one of DuckDB's C handles and destroys it with `Destroy`.
template <typename Handle, auto Destroy>
class DuckHandle {
 public:
  DuckHandle() = default;
  explicit DuckHandle(Handle handle) : handle_(handle) {}
  DuckHandle(DuckHandle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  DuckHandle& operator=(DuckHandle&& other) noexcept {
    if (this != &other) {
      Reset();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~DuckHandle() { Reset(); }

  [[nodiscard]] Handle get() const noexcept { return handle_; }
  /// Where a C function writes the handle that it makes; what was held before is destroyed.
  [[nodiscard]] Handle* out() noexcept {
    Reset();
    return &handle_;
  }
  explicit operator bool() const noexcept { return handle_ != nullptr; }

 private:
  void Reset() noexcept {
    if (handle_ != nullptr) Destroy(&handle_);
    handle_ = nullptr;
  }

  Handle handle_ = nullptr;
};

using DuckDatabase = DuckHandle<duckdb_database, duckdb_close>;
using DuckConnection = DuckHandle<duckdb_connection, duckdb_disconnect>;
using DuckConfig = DuckHandle<duckdb_config, duckdb_destroy_config>;
using DuckPrepared = DuckHandle<duckdb_prepared_statement, duckdb_destroy_prepare>;
using DuckPending = DuckHandle<duckdb_pending_result, duckdb_destroy_pending>;
using DuckType = DuckHandle<duckdb_logical_type, duckdb_destroy_logical_type>;
using DuckValue = DuckHandle<duckdb_value, duckdb_destroy_value>;
using DuckChunk = DuckHandle<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using DuckContext = DuckHandle<duckdb_client_context, duckdb_destroy_client_context>;
using DuckTableFunction = DuckHandle<duckdb_table_function, duckdb_destroy_table_function>;

/// A result; unlike the handles above it is a struct, and it must be destroyed after a failure too.
class DuckResult {
 public:
  DuckResult() = default;
  DuckResult(const DuckResult&) = delete;
  DuckResult& operator=(const DuckResult&) = delete;
  ~DuckResult() { duckdb_destroy_result(&result_); }

  [[nodiscard]] duckdb_result& get() noexcept { return result_; }

 private:
  duckdb_result result_{};
};

/// Takes over a string that DuckDB allocated; null reads as empty.
inline std::string TakeDuckString(char* text) {
  std::string copy = text == nullptr ? "" : text;
  duckdb_free(text);
  return copy;
}

}  // namespace bedplate
