"""The rules of money: what each action does to the stored objects and which events it causes."""
