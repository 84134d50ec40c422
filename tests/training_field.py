"""A project with form 3 alone: one phone sends what was held, one person reviews it."""

from __future__ import annotations

from types import SimpleNamespace

from console_world import load_sample_units, publish

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.add_project import add_project

PROVINCE = "51"


class TrainingField:
    """The project, its phone and its reviewer."""

    def __init__(self, services):
        self.services = services
        services.now.advance(days=60)
        load_sample_units(services)
        self.project_id = add_project(services, "Gia đình (mẫu)").project_id
        publish(services, self.project_id, "training_event")
        token = add_collaborator(services, NewCollaborator(self.project_id, "Y Mẫu", (PROVINCE,))).token
        self._phones = SimpleNamespace(services=services, tokens={"Y Mẫu": (self.project_id, token)})
        posts = (NewPost(Role.SUPERVISOR, (PROVINCE,)),)
        self._account = add_account(services, NewAccount("duyet", "Người duyệt (mẫu)", posts, "mat-khau-thu-nghiem"))
        self._number = 100

    def unit(self, code):
        return self.services.atlas.current().territory.resolve(code, self.services.today()).unit_id

    def actor(self, role=Role.SUPERVISOR, code=PROVINCE):
        post = Post(role, self.unit(code), None, None)
        return Account(AccountId(self._account.account_id), "duyet", (post,), elevated=False)
