// The parts of core that are plain functions of values.
#include <gtest/gtest.h>

#include "event-store/core/call.h"
#include "event-store/core/event_feed.h"
#include "event-store/core/limits.h"
#include "event-store/core/phone_number.h"
#include "event-store/core/store.h"
#include "tests/event-store/support.h"

namespace bw::event_store::testing {
namespace {

TEST(PhoneNumber, ComparesByDigitsWithoutTheNanpCountryCode) {
  const struct {
    const char* text;
    const char* comparable;
  } cases[] = {
      {"+15550100001", "5550100001"},
      {"15550100001", "5550100001"},
      {"5550100001", "5550100001"},
      {"+1 (555) 010-0001", "5550100001"},
      {"+445550100001", "445550100001"},
      {"12345", "12345"},
      {"", ""},
      {"Anonymous", "anonymous"},
      {"sip:1@Host", "sip:1@host"},
      {"+", "+"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(ComparablePhoneNumber(one.text), one.comparable) << one.text;
    EXPECT_EQ(PhoneNumberKey(one.text), PhoneNumberKey(one.comparable)) << one.text;
  }
  EXPECT_EQ(PhoneNumberKey(""), 0);
  EXPECT_NE(PhoneNumberKey("0123"), PhoneNumberKey("123"));
  EXPECT_LT(PhoneNumberKey("anonymous"), 0);
  EXPECT_LT(PhoneNumberKey(std::string(19, '9')), 0) << "too long for a number";
  EXPECT_GT(PhoneNumberKey(std::string(18, '9')), 0);
}

TEST(Fold, StatesNeverGoBack) {
  const struct {
    const char* from;
    const char* update;
    const char* expected;
  } cases[] = {
      {"", "initiated", "initiated"},
      {"initiated", "answered", "answered"},
      {"answered", "initiated", "answered"},
      {"answered", "", "answered"},
      {"answered", "transferring", "transferring"},
      {"transferring", "answered", "transferring"},
      {"disconnected", "answered", "disconnected"},
      {"disconnected", "transferring", "disconnected"},
      {"initiated", "disconnected", "disconnected"},
  };
  for (const auto& one : cases) {
    Call call;
    call.state = one.from;
    CallUpdate update;
    update.state = one.update;
    Fold(MakeEvent("e"), update, call);
    EXPECT_EQ(call.state, one.expected) << one.from << " + " << one.update;
  }
}

TEST(Fold, KeepsTheFirstPartiesAndTheLastTimes) {
  Call call;
  Event first = MakeEvent("e1");
  first.application_id = "app";
  first.tag = "one";
  CallUpdate update;
  update.start_time_ms = 5;
  Fold(first, update, call);
  Event leg = MakeEvent("e2");
  leg.from = "+15550100077";
  leg.to = {"+15550100088"};
  leg.direction = Direction::kOutbound;
  leg.tag = "two";
  update.start_time_ms = 0;
  update.end_time_ms = 9;
  Fold(leg, update, call);
  EXPECT_EQ(call.from, "+15550100001");
  EXPECT_EQ(call.to, "+15550100002");
  EXPECT_EQ(call.direction, Direction::kInbound);
  EXPECT_EQ(call.tag, "two");
  EXPECT_EQ(call.start_time_ms, 5);
  EXPECT_EQ(call.end_time_ms, 9);
  EXPECT_EQ(call.turn_count, 2u);
}

// Each limit at its last allowed value and one past it; the message names the field.
TEST(Limits, OfAnEvent) {
  const struct {
    const char* field;
    std::size_t max;
    std::string Event::*member;
  } cases[] = {
      {"event.type", kMaxTypeBytes, &Event::type},
      {"event.identity", kMaxIdentityBytes, &Event::identity},
      {"event.call_id", kMaxIdBytes, &Event::call_id},
      {"event.message_id", kMaxIdBytes, &Event::message_id},
      {"event.from", kMaxIdBytes, &Event::from},
      {"event.application_id", kMaxIdBytes, &Event::application_id},
      {"event.tag", kMaxTagBytes, &Event::tag},
      {"event.payload_json", kMaxPayloadBytes, &Event::payload_json},
  };
  for (const auto& one : cases) {
    AppendRequest request = Plain(MakeEvent("e"));
    request.event.*one.member = std::string(one.max, 'x');
    EXPECT_TRUE(CheckAppend(request).ok()) << one.field;
    request.event.*one.member += 'x';
    const Status status = CheckAppend(request);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << one.field;
    EXPECT_NE(Message(status).find(one.field), std::string_view::npos) << Message(status);
  }
  AppendRequest request = Plain(MakeEvent("e"));
  request.event.to.assign(kMaxRecipients, "+15550100001");
  EXPECT_TRUE(CheckAppend(request).ok());
  request.event.to.emplace_back("+15550100001");
  EXPECT_EQ(CheckAppend(request).code(), StatusCode::kInvalidArgument);
  request.event.to = {std::string(kMaxIdBytes + 1, 'x')};
  EXPECT_EQ(CheckAppend(request).code(), StatusCode::kInvalidArgument);
}

TEST(Limits, RequiredFields) {
  EXPECT_EQ(CheckAppend(Plain(MakeEvent(""))).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckAppend(Plain(MakeEvent("e", ""))).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckAppend(Plain(MakeEvent("e"), "")).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckAppend(Voice(MakeEvent("e", "answer", ""))).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(CheckAppend(Voice(MakeEvent("e", "answer", ""), false)).ok())
      << "conference events have no call";
  AppendRequest request = Plain(MakeEvent("e"));
  request.event.channel = Channel::kUnspecified;
  EXPECT_EQ(CheckAppend(request).code(), StatusCode::kInvalidArgument);
}

TEST(Limits, OfADocument) {
  QueueRequest request{
      "default", "c", std::string(kMaxBxmlBytes, 'x'), std::string(kMaxKeyBytes, 'k'), {}};
  EXPECT_TRUE(CheckQueue(request).ok());
  request.bxml += 'x';
  EXPECT_NE(Message(CheckQueue(request)).find("bxml"), std::string_view::npos);
  request.bxml = "<A/>";
  request.key += 'k';
  EXPECT_NE(Message(CheckQueue(request)).find("key"), std::string_view::npos);
  request.key.clear();
  request.bxml.clear();
  EXPECT_EQ(CheckQueue(request).code(), StatusCode::kInvalidArgument);
}

TEST(Limits, OfState) {
  PutStateRequest request{std::string(kMaxTenantBytes, 't'), std::string(kMaxStateKeyBytes, 'k'),
                          std::string(kMaxStateValueBytes, 'v'), kMaxStateTtlMs};
  EXPECT_TRUE(CheckPutState(request).ok());
  request.ttl_ms += 1;
  EXPECT_NE(Message(CheckPutState(request)).find("ttl_ms"), std::string_view::npos);
  request.ttl_ms = 1;
  request.value += 'v';
  EXPECT_NE(Message(CheckPutState(request)).find("value"), std::string_view::npos);
  request.value.clear();
  EXPECT_TRUE(CheckPutState(request).ok()) << "a removal";
  request.key += 'k';
  EXPECT_NE(Message(CheckPutState(request)).find("key"), std::string_view::npos);
  request.key.clear();
  EXPECT_NE(Message(CheckPutState(request)).find("key"), std::string_view::npos);
  request.key = "k";
  request.tenant.clear();
  EXPECT_NE(Message(CheckPutState(request)).find("tenant"), std::string_view::npos);

  StateSelection selection{"", std::string(kMaxStateKeyBytes, 'p')};
  EXPECT_TRUE(CheckStateSelection(selection).ok());
  selection.prefix += 'p';
  EXPECT_NE(Message(CheckStateSelection(selection)).find("prefix"), std::string_view::npos);
  selection = {std::string(kMaxTenantBytes + 1, 't'), ""};
  EXPECT_NE(Message(CheckStateSelection(selection)).find("tenant"), std::string_view::npos);
}

TEST(StateSelection, MeansTheBeginningOfTheKey) {
  EXPECT_TRUE(Matches({"t", "a/"}, "t", "a/b"));
  EXPECT_TRUE(Matches({"", ""}, "t", "a/b"));
  EXPECT_FALSE(Matches({"t", "a/"}, "t", "a"));
  EXPECT_FALSE(Matches({"t", "a/"}, "t", "b/a/"));
  EXPECT_FALSE(Matches({"t", "a/"}, "T", "a/b"));
}

TEST(Limits, OfAFilter) {
  EventFilter filter;
  filter.types.assign(kMaxFilterTypes, "t");
  EXPECT_TRUE(CheckFilter(filter).ok());
  filter.types.emplace_back("t");
  EXPECT_NE(Message(CheckFilter(filter)).find("filter.types"), std::string_view::npos);
  filter.types.clear();
  filter.since_ms = -1;
  EXPECT_NE(Message(CheckFilter(filter)).find("since_ms"), std::string_view::npos);
}

TEST(EventFeed, TellsOnlyWhoMayMatch) {
  EventFeed feed;
  std::vector<std::string> told;
  const auto note = [&told](const char* who, bool stay = true) {
    return [&told, who, stay](const EventPtr&) {
      told.emplace_back(who);
      return stay;
    };
  };
  feed.Subscribe({"t", {.call_id = "c-1"}, note("call")});
  feed.Subscribe({"t", {.message_id = "m-1"}, note("message")});
  feed.Subscribe({"t", {.types = {"answer"}}, note("type")});
  feed.Subscribe({"u", {}, note("other tenant")});
  feed.Subscribe({"t", {}, note("once", false)});
  const auto gone = feed.Subscribe({"t", {}, note("gone")});
  feed.Unsubscribe(gone);
  feed.Publish("t", std::make_shared<const Event>(MakeEvent("e1")));
  EXPECT_EQ(told, (std::vector<std::string>{"type", "once", "call"}));
  told.clear();
  feed.Publish("t", std::make_shared<const Event>(MakeMessage("e2")));
  EXPECT_EQ(told, std::vector<std::string>{"message"});
}

}  // namespace
}  // namespace bw::event_store::testing
