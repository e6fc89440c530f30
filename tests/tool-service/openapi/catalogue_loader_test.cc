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

// The tools of `loaded` by name.
std::vector<std::string> NamesOf(const LoadedTools& loaded) {
  std::vector<std::string> names;
  for (const auto& tool : loaded.tools) names.push_back(tool->definition().name);
  return names;
}

SourceText Source(const std::string& name, const std::string& ids) {
  std::string paths;
  for (const char id : ids) {
    paths += "  /" + std::string(1, id) + ": {get: {operationId: " + id + "}}\n";
  }
  return {name, name + ".yaml", DocumentText(paths)};
}

TEST(DocumentCatalogue, WhatDidNotChangeKeepsItsTools) {
  DocumentCatalogue catalogue({}, {}, {"x"}, nullptr);
  const LoadedTools first = catalogue.Load({Source("one", "ab"), Source("two", "cx")});
  EXPECT_EQ(NamesOf(first), (std::vector<std::string>{"a", "b", "c", "two_x"}));
  const LoadedTools same = catalogue.Load({Source("one", "ab"), Source("two", "cx")});
  EXPECT_EQ(same.tools, first.tools);
  const LoadedTools changed = catalogue.Load({Source("one", "ac"), Source("two", "cx")});
  EXPECT_EQ(NamesOf(changed), (std::vector<std::string>{"a", "c", "two_c", "two_x"}));
  EXPECT_NE(changed.tools[0], first.tools[0]);
  EXPECT_EQ(changed.tools[3], first.tools[3]);
  EXPECT_EQ(NamesOf(catalogue.Load({Source("two", "cx")})),
            (std::vector<std::string>{"c", "two_x"}));
}

TEST(DocumentCatalogue, WhatFailsKeepsTheToolsItHadUntilItIsRemoved) {
  DocumentCatalogue catalogue({}, {}, {}, nullptr);
  const LoadedTools first = catalogue.Load({Source("one", "a"), Source("two", "b")});
  for (const StatusOr<std::string>& broken :
       {StatusOr<std::string>("paths: ["), StatusOr<std::string>(NotFound("one.yaml: gone"))}) {
    const LoadedTools again = catalogue.Load({{"one", "one.yaml", broken}, Source("two", "b")});
    EXPECT_EQ(again.tools, first.tools);
    ASSERT_EQ(again.errors.size(), 1u);
    EXPECT_TRUE(Message(again.errors[0]).starts_with("one.yaml: "));
  }
  EXPECT_EQ(NamesOf(catalogue.Load({Source("two", "b")})), std::vector<std::string>{"b"});
}

TEST(DocumentCatalogue, DocumentsAtTheLimitAndOnePast) {
  std::vector<SourceText> documents;
  for (std::size_t i = 0; i < DocumentCatalogue::kMaxDocuments; ++i) {
    documents.push_back(Source("d" + std::to_string(i), "a"));
  }
  DocumentCatalogue catalogue({}, {}, {}, nullptr);
  EXPECT_TRUE(catalogue.Load(documents).errors.empty());
  documents.push_back(Source("one-more", "a"));
  documents.push_back(Source("d0", "a"));
  const LoadedTools loaded = catalogue.Load(documents);
  EXPECT_EQ(loaded.tools.size(), DocumentCatalogue::kMaxDocuments);
  ASSERT_EQ(loaded.errors.size(), 2u);
  EXPECT_EQ(Message(loaded.errors[0]), "one-more.yaml: there are too many documents");
  EXPECT_EQ(Message(loaded.errors[1]), "d0.yaml: another document has the same name");
}

// Each is refused, or cut down to its limits, while the document beside it works.
TEST(DocumentCatalogue, HostileDocumentsAreRefusedAndOthersLoad) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 8; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias;
    for (int j = 1; j < 10; ++j) bomb += ", " + alias;
    bomb += "]\n";
  }
  const std::string deep = "{\"a\":";
  std::string nested;
  for (int i = 0; i < 100; ++i) nested += deep;
  const std::pair<std::string, const char*> cases[] = {
      {bomb, "hostile.yaml: line "},
      {nested, "hostile.yaml: the JSON text nests deeper than 64 levels"},
      {std::string(kMaxDocumentBytes + 1, ' '), "hostile.yaml: the document has "},
      {"openapi: 3.0.3\npaths: {/x: {$ref: '#/paths/~1x'}}\n",
       "hostile.yaml: paths: the document has no operations"},
      {std::string("\0\xff\xfe", 3), "hostile.yaml: "},
  };
  for (const auto& [text, message] : cases) {
    const LoadedTools loaded = DocumentCatalogue({}, {}, {}, nullptr)
                                   .Load({{"hostile", "hostile.yaml", text}, Source("good", "a")});
    EXPECT_EQ(NamesOf(loaded), std::vector<std::string>{"a"});
    ASSERT_EQ(loaded.errors.size(), 1u) << message;
    EXPECT_TRUE(Message(loaded.errors[0]).starts_with(message)) << Message(loaded.errors[0]);
  }
}

TEST(DocumentCatalogue, HugeValuesAreLeftOutAndSaidSo) {
  std::string values = "0";
  for (int i = 1; i < 5'000; ++i) values += ", " + std::to_string(i);
  const std::string name(300, 'n');
  const LoadedTools loaded =
      DocumentCatalogue({}, {}, {}, nullptr)
          .Load({{"d", "d.yaml",
                  DocumentText("  /x:\n    get:\n      operationId: a\n      parameters:\n"
                               "        - {name: q, in: query, schema: {type: integer, enum: [" +
                               values +
                               "]}}\n"
                               "        - {name: " +
                               name +
                               ", in: query, schema: {type: string}}\n"
                               "        - {name: o, in: query, style: deepObject, schema: {type: "
                               "object, properties: {" +
                               name + ": {type: string}}}}\n")}});
  ASSERT_EQ(loaded.tools.size(), 1u);
  EXPECT_LT(json::Dump(loaded.tools[0]->definition().input_schema).size(), 1'000u);
  EXPECT_EQ(loaded.warnings,
            (std::vector<std::string>{
                "d.yaml: GET /x parameter q: a value or a list of values is too large and is left "
                "out",
                "d.yaml: GET /x: a parameter's name is too long; it is left out",
                "d.yaml: GET /x parameter o: a property's name is too long; the property is left "
                "out"}));
}

TEST(Specs, OurOwnDocumentsLoadWithoutAWarning) {
  const char* source = std::getenv("BW_SOURCE_DIR");
  const auto paths = ListDocuments(std::string(source == nullptr ? "." : source) + "/specs");
  ASSERT_TRUE(paths.ok()) << ToString(paths.status());
  const LoadedTools loaded = LoadTools(*paths, {});
  EXPECT_TRUE(loaded.errors.empty()) << ToString(loaded.errors[0]);
  EXPECT_TRUE(loaded.warnings.empty()) << loaded.warnings[0];
  EXPECT_GE(loaded.tools.size(), 200u);
  for (const auto& tool : loaded.tools) ExpectUsable(tool->definition());
}

}  // namespace
}  // namespace bw::tool_service
