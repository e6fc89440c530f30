#include "tool-service/openapi/document.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using json::Json;

TEST(ParseDocument, TakesYamlAndJson) {
  EXPECT_TRUE(ParseDocument("a", "openapi: 3.0.3\npaths: {/x: {}}\n").ok());
  EXPECT_TRUE(ParseDocument("a", "  {\"openapi\":\"3.1.0\",\"paths\":{\"/x\":{}}}").ok());
}

TEST(ParseDocument, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "empty"},
      {"[]", "not an object"},
      {"swagger: '2.0'\npaths: {/x: {}}\n", "openapi: must be a version 3.x"},
      {"openapi: 3\npaths: {/x: {}}\n", "openapi: must be a version 3.x"},
      {"openapi: 3.0.1\n", "paths: the document has none"},
      {"openapi: 3.0.1\npaths: {}\n", "paths: the document has none"},
      {"openapi: 3.0.1\npaths: [\n", "line "},
      {"{\"openapi\": oops}", "byte"},
  };
  for (const auto& [text, expected] : cases) {
    const auto document = ParseDocument("a", text);
    ASSERT_EQ(document.status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_NE(Message(document.status()).find(expected), std::string_view::npos)
        << ToString(document.status());
  }
}

TEST(ReadDocument, NamesTheFile) {
  const auto missing = ReadDocument("/nowhere/voice.yaml");
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(Message(missing.status()).starts_with("/nowhere/voice.yaml: "));
  const auto path = std::filesystem::path(testing::TempDir()) / "broken.v1.yaml";
  std::ofstream(path) << "openapi: 3.0.3\npaths: [\n";
  const auto broken = ReadDocument(path.string());
  EXPECT_EQ(broken.status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(Message(broken.status()).starts_with(path.string() + ": line "));
  std::ofstream(path) << "openapi: 3.0.3\npaths: {/x: {}}\n";
  const auto good = ReadDocument(path.string());
  ASSERT_TRUE(good.ok()) << ToString(good.status());
  EXPECT_EQ(good->name, "broken.v1");
  std::filesystem::remove(path);
  EXPECT_EQ(ReadDocument(testing::TempDir()).status().code(), StatusCode::kNotFound);
}

TEST(FindReference, FollowsPointers) {
  const Json root = Json::parse(R"({"a":{"b/c":{"d":[1,{"e":5}]},"x y":6,"m~n":7},
      "one":{"$ref":"#/two"},"two":{"$ref":"#/a"},
      "loop":{"$ref":"#/loop"}, "ping":{"$ref":"#/pong"}, "pong":{"$ref":"#/ping"}})");
  ASSERT_NE(FindReference(root, "#/a/b~1c/d/1/e"), nullptr);
  EXPECT_EQ(*FindReference(root, "#/a/b~1c/d/1/e"), 5);
  EXPECT_EQ(*FindReference(root, "#/a/x%20y"), 6);
  EXPECT_EQ(*FindReference(root, "#/a/m~0n"), 7);
  EXPECT_EQ(FindReference(root, "#/one"), &root["a"]);
  EXPECT_EQ(FindReference(root, "#"), &root);
  for (const char* bad : {"#/nowhere", "#/a/b~1c/d/2", "#/a/b~1c/d/x", "#a", "other.yaml#/a",
                          "https://x/#/a", "#/loop", "#/ping", "#/a/%zz", "#/a/x y/z", ""}) {
    EXPECT_EQ(FindReference(root, bad), nullptr) << bad;
  }
}

TEST(Warnings, KeptAtTheLimitAndOnePast) {
  Warnings warnings;
  for (std::size_t i = 0; i < Warnings::kMaxKept; ++i) warnings.Add("w" + std::to_string(i));
  warnings.Add("w0");
  EXPECT_EQ(warnings.kept().size(), Warnings::kMaxKept);
  warnings.Add("one more");
  EXPECT_EQ(warnings.kept().size(), Warnings::kMaxKept);
  EXPECT_EQ(warnings.total(), Warnings::kMaxKept + 1);
}

}  // namespace
}  // namespace bw::tool_service
