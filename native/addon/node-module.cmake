# What every Node-API module of ours is built with; for the addon, and for native/extractor/sandbox.
function(parley_node_module target)
  set_target_properties(${target} PROPERTIES PREFIX "" SUFFIX ".node")
  target_compile_definitions(${target} PRIVATE
    NAPI_VERSION=9                          # Node 20 and later, and every Electron we may meet
    NODE_ADDON_API_CPP_EXCEPTIONS
    NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS # a worker thread may be terminated while a promise waits for us
    NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED)   # Electron's memory cage refuses them at run time
  target_include_directories(${target} SYSTEM PRIVATE
    "${NODE_MODULES_DIR}/node-addon-api" "${NODE_MODULES_DIR}/node-api-headers/include")
  if (MSVC)
    # Node-API symbols come from the host process under whatever name it has (node.exe, Parley.exe): an
    # import library made from the package's definition file, loaded late and bound to the running program.
    set(node_lib "${CMAKE_CURRENT_BINARY_DIR}/node_api.lib")
    execute_process(
      COMMAND ${CMAKE_AR} "/def:${NODE_MODULES_DIR}/node-api-headers/def/node_api.def" "/out:${node_lib}" /machine:x64
      COMMAND_ERROR_IS_FATAL ANY)
    target_sources(${target} PRIVATE "${own_sources}/windows-delay-load.cpp")
    target_link_libraries(${target} PRIVATE "${node_lib}" delayimp)
    target_link_options(${target} PRIVATE /DELAYLOAD:node.exe)
  endif()
  parley_own_code(${target})
  if (APPLE)
    target_link_options(${target} PRIVATE -Wl,-undefined,dynamic_lookup -Wl,-dead_strip)
  elseif (UNIX)
    target_link_options(${target} PRIVATE -Wl,--gc-sections -Wl,--exclude-libs,ALL)
    if (CMAKE_BUILD_TYPE STREQUAL Release)
      target_link_options(${target} PRIVATE -s)
    endif()
  endif()
endfunction()
