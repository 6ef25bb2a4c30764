# One CMake target per folder of src/. Everything beside the code it serves is found by its name:
#   main.cc     left to the folder itself
#   x.cc        into the library bedplate_<folder>
#   x_test.cc   into the test program <folder>_test (GoogleTest)
#   x_bench.cc  into <folder>_bench (Google Benchmark)
#   x_fuzz.cc   a libFuzzer program of its own, <folder>_<x>_fuzz; with the tests instead
#               <folder>_<x>_corpus, which runs its seeds
include(GoogleTest)

# bedplate_folder(<name> [DEPENDS folder…] [LIBRARIES library…])
function(bedplate_folder name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB all CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(code ${all})
  list(FILTER code EXCLUDE REGEX "(_(test|bench|fuzz)|/main)\\.cc$")
  set(tests ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(benches ${all})
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  set(fuzzers ${all})
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")

  set(depends ${arg_DEPENDS})
  list(TRANSFORM depends PREPEND bedplate_)
  if(code)
    add_library(bedplate_${name} STATIC ${code})
    target_link_libraries(bedplate_${name} PUBLIC bedplate_flags ${depends} PRIVATE ${arg_LIBRARIES})
  else()
    add_library(bedplate_${name} INTERFACE)
    target_link_libraries(bedplate_${name} INTERFACE bedplate_flags ${depends})
  endif()

  if(BEDPLATE_TESTS AND tests)
    bedplate_test(${name}_test SOURCES ${tests} LIBRARIES bedplate_${name} ${arg_LIBRARIES})
  endif()
  if(BEDPLATE_BENCH AND benches)
    add_executable(${name}_bench ${benches})
    target_link_libraries(${name}_bench PRIVATE bedplate_${name} ${arg_LIBRARIES}
      benchmark::benchmark_main)
  endif()
  if(BEDPLATE_TESTS AND NOT BEDPLATE_FUZZ)
    foreach(source ${fuzzers})
      get_filename_component(stem ${source} NAME_WE)
      string(REGEX REPLACE "_fuzz$" "" stem ${stem})
      bedplate_corpus(${name}_${stem} ${source} LIBRARIES bedplate_${name} ${arg_LIBRARIES})
    endforeach()
  endif()
  if(BEDPLATE_FUZZ)
    foreach(source ${fuzzers})
      get_filename_component(stem ${source} NAME_WE)
      add_executable(${name}_${stem} ${source} ${CMAKE_SOURCE_DIR}/fuzz/leaks.cc)
      target_link_libraries(${name}_${stem} PRIVATE bedplate_${name} ${arg_LIBRARIES})
      target_link_options(${name}_${stem} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()

# bedplate_corpus(<fuzzer> <source> LIBRARIES …): runs the seeds of a fuzzer as one test, so that what
# it once found stays mended and the fuzzer itself is built and works.
function(bedplate_corpus fuzzer source)
  cmake_parse_arguments(arg "" "" "LIBRARIES" ${ARGN})
  add_executable(${fuzzer}_corpus ${source} ${CMAKE_SOURCE_DIR}/fuzz/corpus_main.cc)
  target_link_libraries(${fuzzer}_corpus PRIVATE ${arg_LIBRARIES})
  add_test(NAME fuzz.${fuzzer} COMMAND ${fuzzer}_corpus ${CMAKE_SOURCE_DIR}/fuzz/corpus/${fuzzer})
  set_tests_properties(fuzz.${fuzzer} PROPERTIES TIMEOUT 300)
endfunction()

# bedplate_test(<program> SOURCES … LIBRARIES …): a GoogleTest program, each test known to ctest.
function(bedplate_test program)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES;ENVIRONMENT" ${ARGN})
  add_executable(${program} ${arg_SOURCES})
  target_link_libraries(${program} PRIVATE ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${program} PRIVATE
    BEDPLATE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  gtest_discover_tests(${program} DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT 300 ENVIRONMENT "${arg_ENVIRONMENT}")
endfunction()
