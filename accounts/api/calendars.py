"""Working calendars and their own days over REST."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bodies import IF_MATCH, Body, Day, Text, Truth
from accounts.api.entries import EntryListView, EntryPages, EntrySerializer, EntryView
from accounts.models import Holiday, WorkingCalendar
from accounts.selectors.directory import access_entry

HOURS = 'Spans by weekday: `{"mon": [["09:00", "13:00"], ["14:00", "18:00"]]}`.'
COUNTRY = "Its public holidays count in every year; empty for none."
WORKED = "People work, although it is a public holiday."


class CalendarSerializer(EntrySerializer):
    name = serializers.CharField(read_only=True)
    time_zone = serializers.CharField(read_only=True)
    hours = serializers.DictField(read_only=True, help_text=HOURS)
    is_default = serializers.BooleanField(read_only=True, help_text="Counts where a place names no calendar.")
    country = serializers.CharField(read_only=True, help_text=COUNTRY)
    subdivision = serializers.CharField(read_only=True)


class CalendarBody(Body):
    name = Text(max_length=120)
    time_zone = Text(max_length=64, help_text="Such as `Europe/Berlin`.")
    hours = serializers.DictField(
        child=serializers.ListField(child=serializers.ListField(child=Text())), required=False, help_text=HOURS
    )
    is_default = Truth(required=False)
    country = Text(required=False, allow_blank=True, max_length=2, help_text=COUNTRY)
    subdivision = Text(required=False, allow_blank=True, max_length=10, help_text="A part of the country.")


class HolidaySerializer(EntrySerializer):
    date = serializers.DateField(read_only=True)
    name = serializers.CharField(read_only=True)
    is_worked = serializers.BooleanField(read_only=True, help_text=WORKED)


class HolidayBody(Body):
    date = Day()
    name = Text(max_length=120)
    is_worked = Truth(required=False, help_text=WORKED)


class CalendarListView(EntryListView):
    queryset = WorkingCalendar._base_manager.none()  # tells the description the model
    model = WorkingCalendar
    serializer_class, body = CalendarSerializer, CalendarBody

    @extend_schema(operation_id="calendars_list")
    def get(self, request: Request) -> Response:
        """The working calendars by name; for tenant admins, as all about calendars."""
        return self.list(request)

    @extend_schema(operation_id="calendars_create", request=CalendarBody, responses={201: CalendarSerializer})
    def post(self, request: Request) -> Response:
        """Make one. Time limits that run are counted by it from the next move on."""
        return self.made()


class CalendarView(EntryView):
    model = WorkingCalendar
    serializer_class, body = CalendarSerializer, CalendarBody

    @extend_schema(operation_id="calendars_retrieve")
    def get(self, request: Request, calendar_id: UUID) -> Response:
        """One of them."""
        return self.answer(self.row(calendar_id))

    @extend_schema(operation_id="calendars_change", request=CalendarBody, parameters=[IF_MATCH])
    def patch(self, request: Request, calendar_id: UUID) -> Response:
        """Change what is sent."""
        return self.changed(calendar_id)

    @extend_schema(operation_id="calendars_delete", responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, calendar_id: UUID) -> Response:
        """Remove it with its own days; 409 while a place names it."""
        return self.removed(calendar_id)


class HolidayPages(EntryPages):
    ordering: Any = ("date", "id")


class _OfCalendar(EntryView):
    model = Holiday
    serializer_class, body = HolidaySerializer, HolidayBody

    def below(self) -> dict[str, Any]:
        return {"calendar": access_entry(self.actor, WorkingCalendar, self.kwargs["calendar_id"])}


class HolidayListView(_OfCalendar, EntryListView):
    queryset = Holiday._base_manager.none()  # tells the description the model
    pagination_class = HolidayPages

    @extend_schema(operation_id="calendar_holidays_list")
    def get(self, request: Request, calendar_id: UUID) -> Response:
        """The calendar's own days, in order: days off, or worked although they are public holidays."""
        return self.list(request)

    @extend_schema(operation_id="calendar_holidays_create", request=HolidayBody, responses={201: HolidaySerializer})
    def post(self, request: Request, calendar_id: UUID) -> Response:
        """Add a day."""
        return self.made()


class HolidayView(_OfCalendar):
    @extend_schema(operation_id="calendar_holidays_retrieve")
    def get(self, request: Request, calendar_id: UUID, holiday_id: UUID) -> Response:
        """One of them."""
        return self.answer(self.row(holiday_id))

    @extend_schema(operation_id="calendar_holidays_change", request=HolidayBody, parameters=[IF_MATCH])
    def patch(self, request: Request, calendar_id: UUID, holiday_id: UUID) -> Response:
        """Change what is sent."""
        return self.changed(holiday_id)

    @extend_schema(operation_id="calendar_holidays_delete", responses={204: None}, parameters=[IF_MATCH])
    def delete(self, request: Request, calendar_id: UUID, holiday_id: UUID) -> Response:
        """Take the day away."""
        return self.removed(holiday_id)
