#include "tool-service/openapi/live_documents.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/openapi/test_documents.h"
#include "tests/tool-service/upstream/fake_http_client.h"
#include "tool-service/openapi/document_sources.h"
#include "tool-service/openapi/spec_files.h"

namespace bw::tool_service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kBase[] = "https://dev.bandwidth.com/spec";

std::vector<std::string> NamesOf(const std::vector<SourceText>& documents) {
  std::vector<std::string> names;
  for (const SourceText& document : documents) names.push_back(document.name);
  return names;
}

class LiveDocumentsTest : public ::testing::Test {
 protected:
  ~LiveDocumentsTest() override { std::filesystem::remove_all(folder_); }

  // Answers the request for `file` with `answer`, all others with 404.
  LiveDocuments::Outcome Fetch(const std::string& file, const StatusOr<HttpResponse>& answer) {
    http_.requests.clear();
    for (const LiveRow& row : LiveTable()) {
      http_.script.push_back(row.file == file ? answer : StatusOr<HttpResponse>(Answer(404)));
    }
    LiveDocuments::Outcome outcome;
    live_.Fetch(
        [&](std::vector<LiveDocuments::Fetched> fetched) { outcome = live_.Keep(fetched); });
    return outcome;
  }

  const std::string folder_ =
      testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string text_ = DocumentText("  /x: {get: {operationId: a}}\n");
  FakeHttpClient http_;
  LiveDocuments live_{kBase, folder_, http_};
};

TEST_F(LiveDocumentsTest, AreAskedForWithoutCredentialsAndKept) {
  EXPECT_TRUE(live_.Kept().empty());
  const auto outcome = Fetch("voice.yml", Answer(200, text_, {{"etag", "\"v1\""}}));
  EXPECT_EQ(outcome.changed, 1u);
  EXPECT_EQ(outcome.errors.size(), LiveTable().size() - 1);
  EXPECT_THAT(std::string(Message(outcome.errors[0])),
              HasSubstr("https://dev.bandwidth.com/spec/messaging.yml: "));
  ASSERT_EQ(http_.requests.size(), LiveTable().size());
  EXPECT_EQ(http_.requests[0].url, "https://dev.bandwidth.com/spec/voice.yml");
  EXPECT_EQ(HeaderOf(http_.requests[0], "If-None-Match"), "");
  for (const HttpRequest& request : http_.requests) {
    EXPECT_FALSE(request.authorize);
    // Elsewhere is no known host.
    EXPECT_FALSE(request.follow_redirects);
  }
  const auto kept = live_.Kept();
  ASSERT_THAT(NamesOf(kept), ElementsAre("voice"));
  EXPECT_EQ(*kept[0].text, text_);
}

TEST_F(LiveDocumentsTest, AreAskedForByTheirEtag) {
  Fetch("voice.yml", Answer(200, text_, {{"ETag", "\"v1\""}}));
  EXPECT_EQ(Fetch("voice.yml", Answer(304)).unchanged, 1u);
  EXPECT_EQ(HeaderOf(http_.requests[0], "If-None-Match"), "\"v1\"");
  EXPECT_EQ(HeaderOf(http_.requests[1], "If-None-Match"), "");
  EXPECT_EQ(Fetch("voice.yml", Answer(200, text_)).unchanged, 1u);
}

TEST_F(LiveDocumentsTest, WhatIsNoDocumentNeverTakesTheKeptOnesPlace) {
  Fetch("voice.yml", Answer(200, text_));
  for (const StatusOr<HttpResponse>& answer :
       {StatusOr<HttpResponse>(Answer(200, "<html>sorry</html>")),
        StatusOr<HttpResponse>(Answer(302)), StatusOr<HttpResponse>(Answer(500)),
        StatusOr<HttpResponse>(Unavailable("reset"))}) {
    EXPECT_EQ(Fetch("voice.yml", answer).changed, 0u);
    const auto kept = live_.Kept();
    ASSERT_EQ(kept.size(), 1u);
    EXPECT_EQ(*kept[0].text, text_);
  }
}

TEST_F(LiveDocumentsTest, ADamagedOrForeignFileIsNotUsed) {
  Fetch("voice.yml", Answer(200, text_));
  const std::string path = folder_ + "/voice.live";
  const std::string whole = *ReadFile(path, 1 << 20);
  for (const std::string& damaged :
       {whole + " ", whole.substr(0, whole.size() - 1), std::string(), std::string("bw-spec 1"),
        std::string(whole).replace(whole.find("dev."), 4, "bad.")}) {
    std::ofstream(path, std::ios::binary) << damaged;
    EXPECT_TRUE(live_.Kept().empty());
  }
  EXPECT_TRUE(LiveDocuments("http://127.0.0.1:1/", folder_, http_).Kept().empty());
}

TEST_F(LiveDocumentsTest, TakeThePlaceOfBundledOnesAndTheUsersOfBoth) {
  const auto write = [&](const std::string& path) {
    ASSERT_TRUE(WriteFileAtomically(folder_ + "/" + path, text_).ok());
  };
  for (const char* name : {"voice", "insights", "numbers-orders", "numbers-reports"}) {
    write("bundled/" + std::string(name) + ".yaml");
  }
  write("own/insights.json");
  write("own/mine.yml");
  const SourceFolders folders = {folder_ + "/bundled", folder_ + "/own"};
  const auto collected = CollectDocuments(folders, {{"numbers", "https://h/numbers.yml", text_}});
  EXPECT_THAT(NamesOf(collected.documents), ElementsAre("voice", "numbers", "insights", "mine"));
  EXPECT_TRUE(collected.errors.empty());
  // The same folder twice counts once.
  EXPECT_EQ(CollectDocuments({folders.own, folders.own + "/."}, {}).documents.size(), 2u);
  const auto missing = CollectDocuments({folder_ + "/nowhere", folders.own}, {});
  EXPECT_EQ(missing.documents.size(), 2u);
  ASSERT_EQ(missing.errors.size(), 1u);
  EXPECT_THAT(std::string(Message(missing.errors[0])), HasSubstr("/nowhere: "));
}

TEST(CheckLiveUrl, HttpsAtAKnownHostOrThisMachine) {
  for (const char* url : {"https://dev.bandwidth.com/spec", "https://dev.bandwidth.com:443/",
                          "http://127.0.0.1:8080/spec", "http://localhost/", "https://[::1]:1/"}) {
    EXPECT_TRUE(CheckLiveUrl(url).ok()) << url;
  }
  for (const char* url :
       {"http://dev.bandwidth.com/spec", "https://evil.example/", "ftp://localhost/", "",
        "https://dev.bandwidth.com.evil.example/", "https://dev.bandwidth.com@evil.example/",
        "https://dev.bandwidth.com/?x", "http://127.0.0.1.evil.example/", "https://"}) {
    EXPECT_FALSE(CheckLiveUrl(url).ok()) << url;
  }
}

}  // namespace
}  // namespace bw::tool_service
