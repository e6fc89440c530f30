#include "tool-service/openapi/compiled_documents.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/tool-service/openapi/test_documents.h"
#include "tool-service/openapi/catalogue_loader.h"
#include "tool-service/openapi/operation_codec.h"
#include "tool-service/openapi/spec_files.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr char kPaths[] = R"(
  /a/{b}:
    get:
      operationId: read it
      summary: Read
      deprecated: true
      security: []
      parameters: [{name: q, in: query, style: pipeDelimited, schema: {type: array, items: {}}}]
      responses: {200: {content: {application/xml: {schema: {type: object, xml: {name: A}, properties: {b: {type: array, items: {type: string}}}}}}}}
    post:
      operationId: write
      requestBody: {required: true, description: D, content: {application/xml: {schema: {type: object, xml: {name: R}, properties: {c: {type: integer}}}}}}
)";

class CompiledDocumentsTest : public ::testing::Test {
 protected:
  CompiledDocumentsTest() : text_(DocumentText(kPaths)), document_(*Load(text_)) {}
  ~CompiledDocumentsTest() override { std::filesystem::remove_all(folder_); }

  std::string TheFile() const { return folder_ + "/voice.compiled"; }

  const std::string folder_ =
      testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string text_;
  const LoadedDocument document_;
};

TEST_F(CompiledDocumentsTest, WhatWasKeptIsFoundWhole) {
  const CompiledDocuments compiled(folder_, "p1");
  EXPECT_FALSE(compiled.Find("voice", text_));
  ASSERT_TRUE(compiled.Put(document_, text_).ok());
  const auto found = compiled.Find("voice", text_);
  ASSERT_TRUE(found);
  EXPECT_EQ(EncodeDocument(*found), EncodeDocument(document_));
  EXPECT_EQ(found->warnings.total(), document_.warnings.total());
  EXPECT_GT(found->warnings.total(), 0u);
  EXPECT_FALSE(found->operations[0].authorize);
  EXPECT_FALSE(found->operations[0].answer_xml_schema.empty());
  EXPECT_EQ(found->operations[1].body.kind, RequestBody::Kind::kXml);
}

TEST_F(CompiledDocumentsTest, AnotherTextNameOrProgramFindsNothing) {
  ASSERT_TRUE(CompiledDocuments(folder_, "p1").Put(document_, text_).ok());
  EXPECT_FALSE(CompiledDocuments(folder_, "p1").Find("voice", text_ + " "));
  EXPECT_FALSE(CompiledDocuments(folder_, "p1").Find("other", text_));
  EXPECT_FALSE(CompiledDocuments(folder_, "p2").Find("voice", text_));
}

TEST_F(CompiledDocumentsTest, ADamagedFileIsNotUsed) {
  const CompiledDocuments compiled(folder_, "p1");
  ASSERT_TRUE(compiled.Put(document_, text_).ok());
  const std::string whole = *ReadFile(TheFile(), CompiledDocuments::kMaxFileBytes);
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    std::ofstream(TheFile(), std::ios::binary) << damaged;
    EXPECT_FALSE(compiled.Find("voice", text_)) << at;
  }
  std::ofstream(TheFile(), std::ios::binary) << whole.substr(0, whole.size() / 2);
  EXPECT_FALSE(compiled.Find("voice", text_));
}

TEST_F(CompiledDocumentsTest, AFolderThatCannotBeMadeIsUnavailable) {
  std::ofstream(folder_) << "a file";
  const CompiledDocuments compiled(folder_, "p1");
  EXPECT_EQ(compiled.Put(document_, text_).code(), StatusCode::kUnavailable);
  // The tools work all the same.
  const LoadedTools loaded =
      DocumentCatalogue({}, {}, {}, &compiled).Load({{"voice", "specs/voice.yaml", text_}});
  EXPECT_EQ(loaded.tools.size(), 2u);
  EXPECT_EQ(loaded.not_kept.code(), StatusCode::kUnavailable);
}

TEST_F(CompiledDocumentsTest, ACatalogueUsesItAndSaysSo) {
  const CompiledDocuments compiled(folder_, "p1");
  const SourceText source{"voice", "specs/voice.yaml", text_};
  const LoadedTools parsed = DocumentCatalogue({}, {}, {}, &compiled).Load({source});
  const LoadedTools kept = DocumentCatalogue({}, {}, {}, &compiled).Load({source});
  EXPECT_EQ(parsed.from_cache, 0u);
  EXPECT_EQ(kept.from_cache, 1u);
  EXPECT_EQ(kept.warnings, parsed.warnings);
  ASSERT_EQ(kept.tools.size(), parsed.tools.size());
  for (std::size_t i = 0; i < kept.tools.size(); ++i) {
    EXPECT_EQ(kept.tools[i]->definition().input_schema, parsed.tools[i]->definition().input_schema);
  }
}

TEST_F(CompiledDocumentsTest, OnlyWhatTheEncoderMakesIsDecoded) {
  const Json good = EncodeDocument(document_);
  ASSERT_TRUE(DecodeDocument(good).ok());
  EXPECT_FALSE(DecodeDocument(Json()).ok());
  EXPECT_FALSE(DecodeDocument(Json::array({"voice"})).ok());
  const Json operation = good[3][0];
  for (std::size_t i = 0; i < operation.size(); ++i) {
    Json bad = good;
    bad[3][0][i] = nullptr;
    EXPECT_FALSE(DecodeDocument(bad).ok()) << i;
  }
  Json bad = good;
  bad[3][0].push_back(true);
  EXPECT_FALSE(DecodeDocument(bad).ok());
  bad = good;
  bad[3][0][7][0][1] = 99;  // a place that no parameter has
  EXPECT_FALSE(DecodeDocument(bad).ok());
}

}  // namespace
}  // namespace bw::tool_service
