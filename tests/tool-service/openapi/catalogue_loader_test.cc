#include "tool-service/openapi/catalogue_loader.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <gtest/gtest.h>

#include "tests/tool-service/openapi/test_documents.h"

namespace bw::tool_service {
namespace {

using json::Json;

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

void ExpectUsable(const ToolDefinition& definition) {
  EXPECT_FALSE(definition.name.empty());
  EXPECT_LE(definition.name.size(), 64u);
  EXPECT_FALSE(definition.title.empty()) << definition.name;
  EXPECT_FALSE(definition.description.empty()) << definition.name;
  const Json& schema = definition.input_schema;
  EXPECT_EQ(schema["type"], "object") << definition.name;
  EXPECT_TRUE(schema["properties"].is_object()) << definition.name;
  for (const char* keyword : {"oneOf", "anyOf", "allOf", "$ref"}) {
    EXPECT_FALSE(schema.contains(keyword)) << definition.name;
  }
  EXPECT_EQ(json::Dump(schema).find("\"$ref\""), std::string::npos) << definition.name;
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

TEST(Specs, PublishedDocumentsLoad) {
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
