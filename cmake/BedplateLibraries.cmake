# Every outside library of the C++ part. All come from Debian, DuckDB from the system or from
# .deps/ where `./dev setup` puts it (docs/decisions/0002-libraries.md).

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Eigen3 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(CLI11 REQUIRED)
find_package(DuckDB REQUIRED)
if(BEDPLATE_TESTS)
  find_package(GTest REQUIRED)
endif()
if(BEDPLATE_BENCH)
  find_package(benchmark REQUIRED)
endif()

find_path(UDUNITS_INCLUDE udunits2.h REQUIRED)
find_library(UDUNITS_LIBRARY udunits2 REQUIRED)
find_path(ZSTD_INCLUDE zstd.h REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
find_path(DATE_INCLUDE date/tz.h REQUIRED)
find_library(DATE_TZ_LIBRARY date-tz REQUIRED)

add_library(udunits2 INTERFACE)
target_include_directories(udunits2 SYSTEM INTERFACE ${UDUNITS_INCLUDE})
target_link_libraries(udunits2 INTERFACE ${UDUNITS_LIBRARY})

add_library(zstd INTERFACE)
target_include_directories(zstd SYSTEM INTERFACE ${ZSTD_INCLUDE})
target_link_libraries(zstd INTERFACE ${ZSTD_LIBRARY})

add_library(date_tz INTERFACE)
target_include_directories(date_tz SYSTEM INTERFACE ${DATE_INCLUDE})
target_link_libraries(date_tz INTERFACE ${DATE_TZ_LIBRARY})
# The layout of its classes depends on this; Debian builds the library with 1.
target_compile_definitions(date_tz INTERFACE USE_OS_TZDB=1)
