// The documents as published, defects and all. A binary of its own, because it is skipped where
// they are not at hand.
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "tests/tool-service/openapi/expect_usable.h"
#include "tool-service/openapi/catalogue_loader.h"

namespace bw::tool_service {
namespace {

TEST(PublishedDocuments, Load) {
  const char* directory = std::getenv("BW_REAL_SPECS_DIR");
  if (directory == nullptr) {
    std::cout
        << "BW_TEST_SKIPPED: BW_REAL_SPECS_DIR does not name a folder of published documents\n";
    GTEST_SKIP();
  }
  const auto paths = ListDocuments(directory);
  ASSERT_TRUE(paths.ok()) << ToString(paths.status());
  ASSERT_FALSE(paths->empty());
  const LoadedTools loaded = LoadTools(*paths, {});
  for (const Status& error : loaded.errors) std::cout << "refused: " << ToString(error) << "\n";
  for (const std::string& warning : loaded.warnings) std::cout << "warning: " << warning << "\n";
  std::cout << loaded.tools.size() << " tools\n";
  EXPECT_FALSE(loaded.tools.empty());
  for (const auto& tool : loaded.tools) ExpectUsable(tool->definition());
}

}  // namespace
}  // namespace bw::tool_service
