# Compiler flags, sanitizers, ccache and a fast linker for every target of the house.

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(bedplate_flags INTERFACE)
target_compile_options(bedplate_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast
  -Wno-missing-field-initializers -fno-omit-frame-pointer -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside its own headers when it inlines std::string and std::variant.
  target_compile_options(bedplate_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized
    -Wno-stringop-overflow -Wno-array-bounds)
endif()
target_include_directories(bedplate_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
# Boost.Asio: coroutines only, and no thread attached to a timer we did not ask for.
target_compile_definitions(bedplate_flags INTERFACE BOOST_ASIO_NO_DEPRECATED
  SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(bedplate_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
target_compile_options(bedplate_flags INTERFACE -fstack-protector-strong)

if(BEDPLATE_SANITIZE)
  target_compile_options(bedplate_flags INTERFACE
    -fsanitize=${BEDPLATE_SANITIZE} -fno-sanitize-recover=all -g1)
  target_link_options(bedplate_flags INTERFACE -fsanitize=${BEDPLATE_SANITIZE})
  if(BEDPLATE_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio has fences, which GCC's thread sanitizer does not follow; it orders by locks besides.
    target_compile_options(bedplate_flags INTERFACE -Wno-tsan)
  endif()
endif()

find_program(MOLD mold)
if(MOLD AND NOT BEDPLATE_FUZZ)
  target_link_options(bedplate_flags INTERFACE -fuse-ld=mold)
endif()
