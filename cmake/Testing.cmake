# bw_add_test(NAME LABEL <unit|contract|integration|e2e|tidy> SOURCES… LIBS… [ENV K=V…] [TIMEOUT seconds])
# One gtest binary, one ctest entry; LABEL is the suite it belongs to. A case that cannot run here prints
# "BW_TEST_SKIPPED <what>: <why>", which `dev` repeats at the end; ctest's own way of marking a skip would
# hide a failure beside it.
function(bw_add_test name)
  cmake_parse_arguments(ARG "SERIAL" "LABEL;TIMEOUT" "SOURCES;LIBS;ENV" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE bw_compile_options ${ARG_LIBS} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${ARG_LABEL}.${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${ARG_LABEL}.${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
    RUN_SERIAL "${ARG_SERIAL}"
    ENVIRONMENT "BW_BIN_DIR=${CMAKE_BINARY_DIR}/bin;BW_SOURCE_DIR=${CMAKE_SOURCE_DIR};${ARG_ENV}")
endfunction()

# bw_add_fuzzer(NAME SOURCE x_fuzz.cc CORPUS x_corpus LIBS…)
# With BW_FUZZ a libFuzzer binary, built by the target `fuzzers`; otherwise the same entry point replays the checked-in corpus as a test.
add_custom_target(fuzzers)
function(bw_add_fuzzer name)
  cmake_parse_arguments(ARG "" "SOURCE;CORPUS" "LIBS" ${ARGN})
  if(BW_FUZZ)
    add_executable(${name} ${ARG_SOURCE})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers ${name})
    set_property(GLOBAL APPEND PROPERTY BW_FUZZERS "${name} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS}")
  else()
    add_executable(${name} ${ARG_SOURCE} ${CMAKE_SOURCE_DIR}/tests/support/fuzz_replay_main.cc)
    add_test(NAME fuzz-corpus.${name} COMMAND ${name} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS})
    set_tests_properties(fuzz-corpus.${name} PROPERTIES LABELS fuzz-corpus TIMEOUT 120)
  endif()
  target_link_libraries(${name} PRIVATE bw_compile_options ${ARG_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
endfunction()

# bw_add_bench(NAME SOURCES… LIBS…): built by the target `benches` only, run by `./dev bench`.
add_custom_target(benches)
function(bw_add_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE bw_compile_options ${ARG_LIBS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  add_dependencies(benches ${name})
endfunction()
