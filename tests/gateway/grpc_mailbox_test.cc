#include "gateway/grpc/grpc_mailbox.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "bw/event_store/v1/event_store.grpc.pb.h"
#include "common/rpc/rpc.h"

namespace bw::gateway {
namespace {

namespace v1 = bw::event_store::v1;
using std::chrono::milliseconds;

// Mail as the event store has it; polls end when the test says so.
class FakeMailService : public v1::EventStore::CallbackService {
 public:
  grpc::ServerUnaryReactor* PutMail(grpc::CallbackServerContext* context,
                                    const v1::PutMailRequest* request,
                                    v1::PutMailResponse*) override {
    auto* reactor = context->DefaultReactor();
    {
      const std::lock_guard lock(mutex);
      if (request->body() == "refuse") {
        reactor->Finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "too much mail"});
        return reactor;
      }
      mail[request->tenant() + "/" + request->topic()] = request->body();
      kept_ms = request->ttl_ms();
      End(request->tenant() + "/" + request->topic());
    }
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* WaitMail(grpc::CallbackServerContext*,
                                     const v1::WaitMailRequest* request,
                                     v1::WaitMailResponse* response) override {
    auto* poll = new Poll(*this, request->tenant() + "/" + request->topic(), response);
    const std::lock_guard lock(mutex);
    ++poll_count;
    if (!next_failures.empty()) {
      const auto code = *next_failures.begin();
      next_failures.erase(next_failures.begin());
      poll->Finish({code, "as told"});
    } else {
      polls.insert(poll);
      if (mail.contains(poll->address)) End(poll->address);
    }
    changed.notify_all();
    return poll;
  }

  bool AwaitPolls(std::size_t open) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), [&] { return polls.size() == open; });
  }

  std::mutex mutex;  // guards all below
  std::condition_variable changed;
  int poll_count = 0;
  std::uint32_t kept_ms = 0;
  std::multiset<grpc::StatusCode> next_failures;

 private:
  class Poll : public grpc::ServerUnaryReactor {
   public:
    Poll(FakeMailService& service, std::string at, v1::WaitMailResponse* response)
        : address(std::move(at)), response_(response), service_(service) {}
    void OnCancel() override {
      const std::lock_guard lock(service_.mutex);
      if (service_.polls.erase(this) == 0) return;
      Finish({grpc::StatusCode::CANCELLED, "cancelled"});
      service_.changed.notify_all();
    }
    void OnDone() override { delete this; }
    void Give(std::string body) {
      response_->set_body(std::move(body));
      Finish(grpc::Status::OK);
    }
    const std::string address;

   private:
    v1::WaitMailResponse* const response_;
    FakeMailService& service_;
  };

  // Holds mutex.
  void End(const std::string& address) {
    for (Poll* poll : polls) {
      if (poll->address != address) continue;
      poll->Give(mail.extract(address).mapped());
      polls.erase(poll);
      changed.notify_all();
      return;
    }
  }

  std::set<Poll*> polls;
  std::map<std::string, std::string> mail;
};

// What came of one Wait.
class Letter {
 public:
  std::function<void(StatusOr<std::string>)> Done() {
    return [this](StatusOr<std::string> mail) {
      const std::lock_guard lock(mutex_);
      EXPECT_FALSE(mail_.has_value()) << "answered twice";
      mail_ = std::move(mail);
      changed_.notify_all();
    };
  }
  StatusOr<std::string> Await() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [this] { return mail_.has_value(); })) {
      return Internal("no answer");
    }
    return *mail_;
  }

 private:
  std::mutex mutex_;  // guards mail_
  std::condition_variable changed_;
  std::optional<StatusOr<std::string>> mail_;
};

class GrpcMailboxTest : public ::testing::Test {
 protected:
  GrpcMailboxTest()
      : server(*rpc::Server::Start({}, {&service})),
        mailbox(std::make_unique<GrpcMailbox>(
            server->InProcessChannel(), GrpcMailboxOptions{.first_pause = milliseconds(1)})) {}
  Status Put(const MailAddress& to, const std::string& body) {
    Letter put;
    mailbox->Put(to, body, milliseconds(7'000), [done = put.Done()](const Status& status) {
      done(status.ok() ? StatusOr<std::string>("kept") : status);
    });
    return put.Await().status();
  }

  const MailAddress address{"acme", "question/1"};
  FakeMailService service;
  std::unique_ptr<rpc::Server> server;
  std::unique_ptr<GrpcMailbox> mailbox;
};

TEST_F(GrpcMailboxTest, MailReachesWhoWaits) {
  Letter letter;
  mailbox->Wait(address, letter.Done());
  ASSERT_TRUE(service.AwaitPolls(1));
  EXPECT_TRUE(Put({"acme", "question/2"}, "for another").ok());
  EXPECT_TRUE(Put({"other", "question/1"}, "for another").ok());
  EXPECT_TRUE(Put(address, "hello").ok());
  EXPECT_EQ(*letter.Await(), "hello");
  EXPECT_EQ(service.kept_ms, 7'000u);
}

TEST_F(GrpcMailboxTest, MailMayBeThereFirst) {
  EXPECT_TRUE(Put(address, "early").ok());
  Letter letter;
  mailbox->Wait(address, letter.Done());
  EXPECT_EQ(*letter.Await(), "early");
}

TEST_F(GrpcMailboxTest, PollsFollowEachOtherWhateverEndsThem) {
  service.next_failures = {grpc::StatusCode::DEADLINE_EXCEEDED, grpc::StatusCode::UNAVAILABLE,
                           grpc::StatusCode::RESOURCE_EXHAUSTED};
  Letter letter;
  mailbox->Wait(address, letter.Done());
  ASSERT_TRUE(service.AwaitPolls(1));
  EXPECT_EQ(service.poll_count, 4);
  EXPECT_TRUE(Put(address, "hello").ok());
  EXPECT_EQ(*letter.Await(), "hello");
}

TEST_F(GrpcMailboxTest, AWaitIsCancelled) {
  Letter letter;
  const auto wait = mailbox->Wait(address, letter.Done());
  ASSERT_TRUE(service.AwaitPolls(1));
  wait->Cancel();
  EXPECT_EQ(letter.Await().status().code(), StatusCode::kCancelled);
  EXPECT_TRUE(service.AwaitPolls(0));
  wait->Cancel();
}

TEST_F(GrpcMailboxTest, AWaitIsCancelledBetweenPolls) {
  mailbox = std::make_unique<GrpcMailbox>(rpc::Connect("127.0.0.1:1"),
                                          GrpcMailboxOptions{.first_pause = std::chrono::hours(1)});
  Letter letter;
  const auto wait = mailbox->Wait(address, letter.Done());
  wait->Cancel();
  EXPECT_EQ(letter.Await().status().code(), StatusCode::kCancelled);
}

TEST_F(GrpcMailboxTest, ARefusalIsToldAsItIs) {
  EXPECT_EQ(Put(address, "refuse").code(), StatusCode::kResourceExhausted);
}

TEST_F(GrpcMailboxTest, DestructionEndsWhatWaits) {
  Letter first;
  Letter second;
  mailbox->Wait(address, first.Done());
  mailbox->Wait({"acme", "question/2"}, second.Done());
  ASSERT_TRUE(service.AwaitPolls(2));
  mailbox.reset();
  EXPECT_EQ(first.Await().status().code(), StatusCode::kCancelled);
  EXPECT_EQ(second.Await().status().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace bw::gateway
