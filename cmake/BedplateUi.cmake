# The browser UI as part of the program: the library bedplate_ui defines bedplate::UiFiles()
# (src/app/ui_files.h). With BEDPLATE_UI=OFF its table is empty.

set(ui_output ${CMAKE_BINARY_DIR}/ui)
file(MAKE_DIRECTORY ${ui_output})

if(BEDPLATE_UI)
  set(ui_dist ${CMAKE_SOURCE_DIR}/ui/dist)
  if(NOT EXISTS ${ui_dist}/index.html)
    message(FATAL_ERROR "The browser UI is not built: ui/dist/index.html is missing. "
      "`./dev build` builds it; -DBEDPLATE_UI=OFF makes a program without it.")
  endif()
  file(GLOB_RECURSE ui_dist_files CONFIGURE_DEPENDS ${ui_dist}/*)

  add_executable(embed_ui ${CMAKE_SOURCE_DIR}/cmake/embed_ui/embed_ui.cc)
  target_link_libraries(embed_ui PRIVATE bedplate_flags ZLIB::ZLIB)
  add_custom_command(
    OUTPUT ${ui_output}/ui_files.cc ${ui_output}/ui_blobs.S
    COMMAND embed_ui ${ui_dist} ${ui_output}
    DEPENDS embed_ui ${ui_dist_files}
    COMMENT "Embedding the browser UI")
  set(ui_sources ${ui_output}/ui_files.cc ${ui_output}/ui_blobs.S)
  # The assembler reads the compressed files behind the compiler's back.
  set_source_files_properties(${ui_output}/ui_blobs.S PROPERTIES
    OBJECT_DEPENDS ${ui_output}/ui_files.cc)
else()
  set(ui_sources ${ui_output}/no_ui.cc)
  file(CONFIGURE OUTPUT ${ui_sources} CONTENT
"#include \"app/ui_files.h\"

std::span<const bedplate::StaticFile> bedplate::UiFiles() { return {}; }
")
endif()

add_library(bedplate_ui STATIC ${ui_sources})
target_link_libraries(bedplate_ui PUBLIC bedplate_flags)
