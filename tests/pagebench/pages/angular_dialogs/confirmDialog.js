import { Component } from '@angular/core';

export class ConfirmDialog {
  question = '';
  close = () => {};
}

Component({
  selector: 'confirm-dialog',
  template: '<p>{{ question }}</p><button (click)="close()">Yes</button>',
})(ConfirmDialog);
