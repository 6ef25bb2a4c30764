// What a fuzzer does not report: udunits2 2.2.28 forgets a few bytes of each unit that it cannot read.

extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libudunits2";
}
