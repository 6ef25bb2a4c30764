#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "catalog/catalog.h"

namespace bedplate {

/// A catalog in a directory of its own, which goes with the test.
class CatalogTest : public ::testing::Test {
 protected:
  CatalogTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "catalog.XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~CatalogTest() override {
    catalog_.reset();
    std::filesystem::remove_all(directory_);
  }

  [[nodiscard]] std::string path() const { return (directory_ / "catalog.sqlite").string(); }

  /// Opens, or closes and opens again.
  Catalog& Open(const CatalogOptions& options = {}) {
    catalog_.reset();
    auto opened = Catalog::Open(path(), clock_, options);
    EXPECT_TRUE(opened.ok()) << opened.error().ToString();
    catalog_ = std::move(opened).value();
    return *catalog_;
  }
  void Close() { catalog_.reset(); }
  Catalog& catalog() { return *catalog_; }

  ManualClock clock_{Timestamp::FromSeconds(1'514'764'800)};  // 2018-01-01T00:00:00Z

 private:
  std::filesystem::path directory_;
  std::unique_ptr<Catalog> catalog_;
};

}  // namespace bedplate
