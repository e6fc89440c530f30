#include "sandbox/core/order_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sandbox/core/simulation.h"

namespace bw::sandbox {
namespace {

using ::testing::ElementsAre;

xml::Element Parsed(const std::string& text) {
  const auto root = xml::Parse(text);
  EXPECT_TRUE(root.ok()) << text;
  return root.ok() ? *root : xml::Element();
}

xml::Element OrderOf(const std::string& number, const std::string& before = "") {
  return Parsed("<Order>" + before +
                "<SiteId>743</SiteId><ExistingTelephoneNumberOrderType><TelephoneNumberList>"
                "<TelephoneNumber>" +
                number +
                "</TelephoneNumber></TelephoneNumberList></ExistingTelephoneNumberOrderType>"
                "</Order>");
}
xml::Element Reserving(const std::string& number) {
  return Parsed("<Reservation><ReservedTn>" + number + "</ReservedTn></Reservation>");
}

class OrderDeskTest : public SimulationTest {
 protected:
  const NumberOrder& Made(const OrderDesk::Outcome& outcome) {
    const auto* problem = std::get_if<DashboardProblem>(&outcome);
    EXPECT_EQ(problem, nullptr) << problem->description;
    return *std::get<const NumberOrder*>(outcome);
  }

  SiteBook sites{account};
  OrderDesk desk{settings, account, sites, clock, scheduler, random};
};

TEST_F(OrderDeskTest, AnOrderTakesItsTime) {
  const std::string id = Made(desk.OrderNumbers(OrderOf("5550100004"))).id;
  const auto status = [&] { return desk.book().Find(OrderKind::kNumbers, id)->status; };
  EXPECT_EQ(status(), "RECEIVED");
  EXPECT_EQ(account.FindNumber("+15550100004"), nullptr);
  Advance(600);
  EXPECT_EQ(status(), "PROCESSING");
  Advance(1500);
  EXPECT_EQ(status(), "COMPLETE");
  const PhoneNumber* bought = account.FindNumber("+15550100004");
  ASSERT_NE(bought, nullptr);
  EXPECT_EQ(bought->order_id, id);
  EXPECT_EQ(bought->voice_application_id, account.applications[0].id);
  EXPECT_EQ(desk.book().Find(OrderKind::kNumbers, id)->history.size(), 3u);
}

TEST_F(OrderDeskTest, WhatIsGoneIsOnBackOrderWhenThatIsWanted) {
  const std::string id = Made(desk.OrderNumbers(OrderOf(
                                  "+15550100009", "<BackOrderRequested>true</BackOrderRequested>")))
                             .id;
  Advance(3000);
  EXPECT_EQ(desk.book().Find(OrderKind::kNumbers, id)->status, "BACKORDERED");
}

TEST_F(OrderDeskTest, ANumberThatWasGivenUpIsNobodysForAWhile) {
  Made(desk.Disconnect(Parsed(
      "<DisconnectTelephoneNumberOrder><DisconnectTelephoneNumberOrderType><TelephoneNumberList>"
      "<TelephoneNumber>+15550100002</TelephoneNumber></TelephoneNumberList>"
      "</DisconnectTelephoneNumberOrderType></DisconnectTelephoneNumberOrder>")));
  Advance(3000);
  EXPECT_EQ(account.FindNumber("+15550100002"), nullptr);
  EXPECT_THAT(desk.given_up(), ElementsAre("+15550100002"));
  EXPECT_TRUE(desk.IsTaken("+15550100002"));
}

TEST_F(OrderDeskTest, AReservationHoldsANumberForFourHours) {
  const auto made = desk.Reserve(Reserving("+19195550101"));
  ASSERT_TRUE(std::holds_alternative<Reservation>(made));
  EXPECT_TRUE(desk.IsTaken("+19195550101"));
  EXPECT_EQ(desk.SecondsLeft(std::get<Reservation>(made)), 14'400);
  clock.Advance(std::chrono::hours(4));
  EXPECT_FALSE(desk.IsTaken("+19195550101"));
  const std::string id = std::get<Reservation>(made).id;
  const auto order = desk.OrderNumbers(Parsed(
      "<Order><SiteId>743</SiteId><ExistingTelephoneNumberOrderType><TelephoneNumberList>"
      "<TelephoneNumber>+19195550101</TelephoneNumber></TelephoneNumberList>"
      "<ReservationIdList><ReservationId>" +
      id + "</ReservationId></ReservationIdList></ExistingTelephoneNumberOrderType></Order>"));
  EXPECT_EQ(std::get<DashboardProblem>(order).code, 5041);
}

TEST_F(OrderDeskTest, TakesAsManyNumbersAsItsLimit) {
  const auto order_of = [](std::size_t count) {
    xml::Element list = xml::Branch("TelephoneNumberList", {});
    for (std::size_t i = 0; i < count; ++i) {
      list.children.push_back(
          xml::Leaf("TelephoneNumber", "+1919" + std::to_string(2'000'000 + i)));
    }
    return xml::Branch("Order",
                       {xml::Leaf("SiteId", "743"),
                        xml::Branch("ExistingTelephoneNumberOrderType", {std::move(list)})});
  };
  Made(desk.OrderNumbers(order_of(OrderDesk::kMaxNumbersPerOrder)));
  const auto past = desk.OrderNumbers(order_of(OrderDesk::kMaxNumbersPerOrder + 1));
  EXPECT_EQ(std::get<DashboardProblem>(past).code, 5007);
}

TEST(CustomerOrderId, HasFortyLettersDigitsDashesAndBlanks) {
  EXPECT_TRUE(IsCustomerOrderId(""));
  EXPECT_TRUE(IsCustomerOrderId("desk-1 b"));
  EXPECT_TRUE(IsCustomerOrderId(std::string(40, 'a')));
  EXPECT_FALSE(IsCustomerOrderId(std::string(41, 'a')));
  EXPECT_FALSE(IsCustomerOrderId("a_b"));
}

TEST(OrderBook, TheOldestOrderMakesRoom) {
  OrderBook book;
  for (std::size_t i = 0; i <= OrderBook::kMaxOrders; ++i) {
    NumberOrder order;
    order.id = std::to_string(i);
    book.Add(std::move(order));
  }
  EXPECT_EQ(book.Find(OrderKind::kNumbers, "0"), nullptr);
  EXPECT_NE(book.Find(OrderKind::kNumbers, "1"), nullptr);
  EXPECT_EQ(book.List(OrderKind::kNumbers, {}).size(), OrderBook::kMaxOrders);
}

}  // namespace
}  // namespace bw::sandbox
