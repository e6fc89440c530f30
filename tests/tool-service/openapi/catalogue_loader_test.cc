#include "tool-service/openapi/catalogue_loader.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/tool-service/openapi/expect_usable.h"
#include "tests/tool-service/openapi/test_documents.h"

namespace bw::tool_service {
namespace {

class CatalogueLoaderTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_); }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
  }

  const std::filesystem::path directory_ =
      std::filesystem::path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(CatalogueLoaderTest, ABrokenDocumentDisablesOnlyItsOwnTools) {
  Write("a.yaml", DocumentText("  /x: {get: {operationId: one}}\n"));
  Write("b.yml", "openapi: 3.0.3\npaths: [\n");
  Write("c.json", R"({"openapi":"3.1.0","servers":[{"url":"https://h"}],
                      "paths":{"/y":{"get":{"operationId":"two"}}}})");
  Write("README.md", "no document");
  const auto paths = ListDocuments(directory_.string());
  ASSERT_TRUE(paths.ok());
  ASSERT_EQ(paths->size(), 3u);
  std::vector<std::string> all = *paths;
  all.push_back((directory_ / "gone.yaml").string());
  const LoadedTools loaded = LoadTools(all, {});
  ASSERT_EQ(loaded.tools.size(), 2u);
  EXPECT_EQ(loaded.tools[0]->definition().name, "one");
  EXPECT_EQ(loaded.tools[1]->definition().name, "two");
  ASSERT_EQ(loaded.errors.size(), 2u);
  EXPECT_NE(Message(loaded.errors[0]).find("b.yml: line "), std::string_view::npos);
  EXPECT_NE(Message(loaded.errors[1]).find("gone.yaml: "), std::string_view::npos);
}

TEST_F(CatalogueLoaderTest, TheLaterOfTwoEqualNamesIsPrefixed) {
  Write("a.yaml", DocumentText("  /x: {get: {operationId: list}}\n"));
  Write("b.yaml", DocumentText("  /x: {get: {operationId: list}}\n"));
  const LoadedTools loaded = LoadTools(*ListDocuments(directory_.string()), {});
  ASSERT_EQ(loaded.tools.size(), 2u);
  EXPECT_EQ(loaded.tools[0]->definition().name, "list");
  EXPECT_EQ(loaded.tools[1]->definition().name, "b_list");
}

TEST_F(CatalogueLoaderTest, AMissingDirectoryIsNotFound) {
  EXPECT_EQ(ListDocuments((directory_ / "nowhere").string()).status().code(),
            StatusCode::kNotFound);
}

TEST(Specs, OurOwnDocumentsLoadWithoutAWarning) {
  const char* source = std::getenv("BW_SOURCE_DIR");
  const auto paths = ListDocuments(std::string(source == nullptr ? "." : source) + "/specs");
  ASSERT_TRUE(paths.ok()) << ToString(paths.status());
  const LoadedTools loaded = LoadTools(*paths, {});
  EXPECT_TRUE(loaded.errors.empty()) << ToString(loaded.errors[0]);
  EXPECT_TRUE(loaded.warnings.empty()) << loaded.warnings[0];
  EXPECT_GE(loaded.tools.size(), 41u);
  for (const auto& tool : loaded.tools) ExpectUsable(tool->definition());
}

}  // namespace
}  // namespace bw::tool_service
