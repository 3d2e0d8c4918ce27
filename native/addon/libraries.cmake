# Our code that knows neither Node nor llama.cpp, as static libraries: for the addon, and for the tests and fuzzers
# of test/CMakeLists.txt, which need nothing else.
option(PARLEY_SANITIZE "Address and undefined-behaviour sanitizers in our own code" OFF)

# Warnings and sanitizers for a target of ours.
function(parley_own_code target)
  if (NOT MSVC)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
      -ffunction-sections -fdata-sections)
    target_compile_definitions(${target} PRIVATE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
  endif()
  if (PARLEY_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-omit-frame-pointer
      -fno-sanitize-recover=undefined)
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  endif()
endfunction()

set(own_sources "${CMAKE_CURRENT_LIST_DIR}/src")

# The header reader for model files.
add_library(gguf-reader STATIC
  ${own_sources}/byte-source.cpp
  ${own_sources}/gguf-element-types.cpp
  ${own_sources}/gguf-reader.cpp
  ${own_sources}/gguf-rules.cpp
  ${own_sources}/gguf-summary.cpp
  ${own_sources}/gguf-tensors.cpp)

# The bytes of computed prefixes, as pure functions.
add_library(state-layout STATIC
  ${own_sources}/attention-part.cpp
  ${own_sources}/state-form.cpp
  ${own_sources}/state-layout.cpp)

# The store of computed prefixes.
add_library(prefix-cache STATIC
  ${own_sources}/cache-disk.cpp
  ${own_sources}/cache-folder-posix.cpp
  ${own_sources}/cache-folder-windows.cpp
  ${own_sources}/cache-writing.cpp
  ${own_sources}/keyed-hash.cpp
  ${own_sources}/prefix-cache-core.cpp
  ${own_sources}/prefix-cache.cpp
  ${own_sources}/prefix-eviction.cpp
  ${own_sources}/prefix-tree.cpp
  ${own_sources}/sha256.cpp
  ${own_sources}/state-file.cpp
  ${own_sources}/worker-thread.cpp)
target_link_libraries(prefix-cache PUBLIC gguf-reader Threads::Threads)

foreach(library gguf-reader state-layout prefix-cache)
  target_include_directories(${library} PUBLIC ${own_sources})
  parley_own_code(${library})
endforeach()
