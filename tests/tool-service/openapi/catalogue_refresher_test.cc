#include "tool-service/openapi/catalogue_refresher.h"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "tests/tool-service/openapi/test_documents.h"
#include "tests/tool-service/upstream/fake_http_client.h"
#include "tool-service/openapi/spec_files.h"

namespace bw::tool_service {
namespace {

using std::chrono::milliseconds;

// What the refresher's thread hands over, for the test's thread to wait for.
template <typename Value>
class Inbox {
 public:
  void Put(Value value) {
    const std::lock_guard lock(mutex_);
    values_.push_back(std::move(value));
    arrived_.notify_one();
  }
  Value Take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !values_.empty(); });
    Value value = std::move(values_.front());
    values_.pop_front();
    return value;
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return values_.empty();
  }

 private:
  std::mutex mutex_;  // guards values_
  std::condition_variable arrived_;
  std::deque<Value> values_;
};

class CatalogueRefresherTest : public ::testing::Test {
 protected:
  CatalogueRefresherTest() { Write("a"); }
  ~CatalogueRefresherTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& id) {
    const Status written = WriteFileAtomically(
        folder_ + "/specs/d.yaml", DocumentText("  /x: {get: {operationId: " + id + "}}\n"));
    ASSERT_TRUE(written.ok());
  }
  CatalogueRefresher::Options Every(milliseconds interval) const {
    return {{folder_ + "/specs", ""}, interval};
  }
  CatalogueRefresher::Hooks Hooks() {
    return {[this](CollectedDocuments collected) { applied_.Put(std::move(collected)); },
            [this](const LiveDocuments::Outcome& outcome) { fetched_.Put(outcome); }};
  }
  // The next look is scheduled after the last one was handed over, by another thread.
  void AdvanceOncePending(milliseconds by) {
    while (scheduler_.pending() == 0) std::this_thread::yield();
    scheduler_.Advance(by);
  }

  const std::string folder_ =
      testing::TempDir() + "/" + testing::UnitTest::GetInstance()->current_test_info()->name();
  FakeClock clock_;
  ManualScheduler scheduler_{clock_};
  FakeHttpClient http_;
  Inbox<CollectedDocuments> applied_;
  Inbox<LiveDocuments::Outcome> fetched_;
};

TEST_F(CatalogueRefresherTest, LooksAgainAtEachInterval) {
  CatalogueRefresher refresher(Every(milliseconds(1'000)), nullptr, scheduler_, Hooks());
  ASSERT_EQ(refresher.Collect().documents.size(), 1u);
  refresher.Start();
  for (const char* id : {"b", "c"}) {
    Write(id);
    AdvanceOncePending(milliseconds(1'000));
    const CollectedDocuments collected = applied_.Take();
    ASSERT_EQ(collected.documents.size(), 1u);
    EXPECT_NE(collected.documents[0].text->find("operationId: " + std::string(id)),
              std::string::npos);
  }
}

TEST_F(CatalogueRefresherTest, WithoutAnIntervalOnlyTheStartFetches) {
  const LiveDocuments live("http://127.0.0.1:1/", folder_ + "/cache", http_);
  for (std::size_t i = 0; i < LiveTable().size(); ++i) {
    http_.script.push_back(i == 0 ? Answer(200, DocumentText("  /v: {get: {}}\n")) : Answer(404));
  }
  CatalogueRefresher refresher(Every(milliseconds(0)), &live, scheduler_, Hooks());
  refresher.Start();
  EXPECT_EQ(fetched_.Take().changed, 1u);
  const CollectedDocuments collected = applied_.Take();
  ASSERT_EQ(collected.documents.size(), 2u);
  EXPECT_EQ(collected.documents[1].name, "voice");
  refresher.Stop();
  EXPECT_EQ(scheduler_.pending(), 0u);
}

TEST_F(CatalogueRefresherTest, NothingBeginsAfterStop) {
  const LiveDocuments live("http://127.0.0.1:1/", folder_ + "/cache", http_);
  CatalogueRefresher refresher(Every(milliseconds(1'000)), &live, scheduler_, Hooks());
  refresher.Start();
  refresher.Stop();  // what was begun has asked its questions now
  while (http_.waiting() > 0) http_.Complete(Answer(404));
  refresher.Stop();
  refresher.Start();
  EXPECT_TRUE(applied_.empty());
  EXPECT_EQ(scheduler_.pending(), 0u);
}

}  // namespace
}  // namespace bw::tool_service
